// Registers a model and publishes the digits package as its first version.
//   node --import tsx src/register-model.ts [--name NAME] [--royalty PERCENT]

import { program, whole } from './command-line.ts';
import { digitsSpec } from './digits-package.ts';
import { emitted, submit } from './submit.ts';
import { bold, row, vot } from './terminal.ts';

const PRICE = { perCall: 100_000_000_000n, perUnit: 0n };

await program(
  'register-model: registers a model and publishes the digits package as its version\n  --name NAME    what people call it\n  --royalty N    your share of each fee, in percent (at most 15)',
  ['name', 'royalty'],
  async ({ api, account, options }) => {
    const metadata = {
      name: options.name ?? 'Digits',
      description: 'Tells which digit a handwritten 8×8 image shows.',
      task: 'image-classification',
      licence: 'Apache-2.0',
      tags: ['digits', 'image'],
    };
    const royaltyPerMillion = whole(options.royalty, 10) * 10_000;
    const registered = await submit(api, api.tx.models.registerModel(metadata, royaltyPerMillion), account);
    const model = Number(emitted(registered, 'models.ModelRegistered').fields.model);
    console.log(bold(`model ${model} registered in block ${registered.blockNumber}`));

    const published = await submit(api, api.tx.models.publishVersion(model, digitsSpec(), PRICE), account);
    const { version } = emitted(published, 'models.VersionPublished').fields as { version: { number: number } };
    console.log(bold(`version ${version.number} published in block ${published.blockNumber}`));
    console.log(row('owner', account.address));
    console.log(row('per call', vot(PRICE.perCall)));
    console.log(row('paid', `${vot(registered.fee + published.fee)} of transaction fees`));
  },
);
