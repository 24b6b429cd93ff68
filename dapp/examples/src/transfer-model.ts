// Gives a model to another account, which earns its royalty from then on.
//   node --import tsx src/transfer-model.ts MODEL ACCOUNT     (an address, or a secret URI such as //Bob)

import { program, whole } from './command-line.ts';
import { signer } from './connect.ts';
import { submit } from './submit.ts';
import { bold, row, vot } from './terminal.ts';

await program(
  'transfer-model MODEL ACCOUNT: gives a model to an address, or to the account of a secret URI',
  [],
  async ({ api, account, positionals }) => {
    const [model, to] = positionals;
    if (!model || !to) throw new Error('which model, and to whom? Give the number of the model and an account');
    const newOwner = to.startsWith('//') ? (await signer(to)).address : to;
    const included = await submit(api, api.tx.models.transferModel(whole(model, 0), newOwner), account);
    console.log(bold(`model ${model} has a new owner since block ${included.blockNumber}`));
    console.log(row('owner', newOwner));
    console.log(row('paid', `${vot(included.fee)} of transaction fees`));
  },
);
