// Reads the receipt of a request and checks its hashes on this machine.
//   node --import tsx src/read-receipt.ts 0xREQUEST

import { program } from './command-line.ts';
import { answerHash, digest, type Hex } from './digest.ts';
import { percent, readAnswer } from './digits.ts';
import { digitsLabels } from './digits-package.ts';
import { readAnswerOf, readReceipt, type Receipt } from './records.ts';
import { bold, green, red, row, short, vot } from './terminal.ts';

await program('read-receipt 0xREQUEST: reads a receipt and checks its hashes', [], async ({ api, positionals }) => {
  const [id] = positionals;
  if (!id) throw new Error('which request? Give its id, 0x and 64 hex digits');
  const receipt = await readReceipt(api, id);
  if (!receipt) throw new Error(`request ${id} has no receipt: it is open, or there never was one`);
  printReceipt(id, receipt);
  if (receipt.outcome.kind !== 'final') return;

  const answer = await readAnswerOf(api, id);
  if (!answer) {
    console.log(row('answer', 'no longer in state; its hash stays'));
  } else {
    const { label, confidence } = readAnswer(answer.output, digitsLabels());
    console.log(row('answer', `${bold(label)} (${percent(confidence)})`));
    check('answer hash', receipt.outcome.answerHash, answerHash(answer.code, answer.output));
  }
  const { answerHash: answered, units, traceHash } = receipt.outcome;
  check('digest', receipt.outcome.digest, digest(id as Hex, answered, units, traceHash));
});

function printReceipt(id: string, receipt: Receipt): void {
  const { outcome, version } = receipt;
  console.log(bold(`receipt of ${id}`));
  console.log(row('requester', receipt.requester));
  console.log(row('asked', `model ${version.model}, version ${version.number}, in block ${receipt.submittedAt}`));
  console.log(row('ended', `block ${receipt.endedAt}`));
  console.log(row('outcome', outcome.kind === 'final' ? `final, paid ${vot(outcome.fee)}` : `refunded: ${outcome.cause}`));
  for (const seat of receipt.seats) {
    console.log(row('seat', `${short(seat.operator)}, weight ${vot(seat.weight)}, ${seat.digest ? 'revealed' : 'silent'}`));
  }
}

function check(what: string, onChain: Hex, here: Hex): void {
  if (onChain !== here) throw new Error(red(`${what} differs: the chain has ${onChain}, this machine computed ${here}`));
  console.log(row(what, `${here} ${green('✓ same on this machine')}`));
}
