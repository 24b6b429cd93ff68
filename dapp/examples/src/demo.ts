// What Votive does, in one page: shows a handwritten digit, asks the chain what it is, and checks the receipt without it.
//   node --import tsx src/demo.ts [--digit 7]

import type { ApiPromise } from '@polkadot/api';
import { program, whole } from './command-line.ts';
import { drawDigit, percent, readAnswer } from './digits.ts';
import { DIGITS_PACKAGE, digitsLabels, sampleOf } from './digits-package.ts';
import { runEngine } from './engine.ts';
import { follow, isEnd, type Step, wholeLife } from './follow.ts';
import { payments } from './payments.ts';
import { readAnswerOf, readModelName, readReceipt } from './records.ts';
import { ask, type Asked } from './request.ts';
import { bold, cyan, dim, green, row, short, vot } from './terminal.ts';

const ACTIVITY: Record<string, string> = {
  'inference.RequestSubmitted': 'submitted, fee in escrow',
  'inference.SeatsDrawn': 'seat drawn by stake',
  'inference.Committed': 'worker committed to its digest',
  'inference.RevealsOpened': 'reveals opened',
  'inference.Revealed': 'worker revealed',
  'inference.RequestSettled': 'settled: the answer is there',
  'inference.RequestFinal': 'final: everyone is paid',
};

await program(
  'demo: asks the digits model about a handwritten digit and checks the receipt with votive-engine\n  --digit N      which digit to show it (7)\n  --model N      the model (0)\n  --version N    its version (1)',
  ['digit', 'model', 'version'],
  async ({ api, account, options }) => {
    const version = { model: whole(options.model, 0), number: whole(options.version, 1) };
    const sample = sampleOf(options.digit ?? '7');
    console.log(`\n${bold('Votive')}  a handwritten digit, asked on chain\n`);
    console.log(drawDigit(sample.pixels).map((line) => `  ${line}`).join('\n'));
    console.log(row('model', `${await readModelName(api, version.model)} (model ${version.model}, version ${version.number})`));

    const sent = Date.now();
    const asked = await ask(api, account, { version, input: sample.pixels });
    console.log(row('request', cyan(asked.id)));
    console.log(row('escrow', vot(asked.escrow)));
    await watch(api, asked, sent);
    const answered = await printAnswer(api, asked, sample.label);
    printPayments(await wholeLife(api, asked.id, asked.included.blockNumber), account.address);
    await checkReceipt(asked.id, sample.pixels, answered);
  },
);

/** Prints each step of the request as it happens, and how long it took to settle. */
async function watch(api: ApiPromise, asked: Asked, sent: number): Promise<void> {
  let settled = '';
  for await (const { block, event } of follow(api, asked.id, asked.included.blockNumber)) {
    const seconds = `${((Date.now() - sent) / 1000).toFixed(1)} s`;
    const text = ACTIVITY[event.name];
    if (text) console.log(row(`block ${block.number}`, `${text.padEnd(32)} ${dim(seconds.padStart(7))}`));
    if (event.name === 'inference.RequestSettled') {
      settled = `${block.number - asked.included.blockNumber} blocks after its request, ${seconds} after it was sent`;
    }
    if (event.name === 'inference.SeatsDrawn') printSeats(event.fields.seats as [string, string | number][]);
    if (isEnd(event) && !settled) throw new Error(`no answer: ${event.name} ${JSON.stringify(event.fields)}`);
  }
  console.log(row('settled', bold(settled)));
}

function printSeats(seats: readonly [string, string | number][]): void {
  for (const [operator, weight] of seats) console.log(row('seat', `${short(operator)}  weight ${vot(BigInt(weight))}`));
}

interface Answered {
  readonly answerHash: string;
  readonly digest: string;
}

async function printAnswer(api: ApiPromise, asked: Asked, meant: string): Promise<Answered> {
  const receipt = await readReceipt(api, asked.id);
  const answer = await readAnswerOf(api, asked.id);
  if (receipt?.outcome.kind !== 'final' || !answer) throw new Error('the request is final, but its receipt is not there');
  const { label, confidence } = readAnswer(answer.output, digitsLabels());
  const verdict = label === meant ? green('as its writer meant') : `its writer meant a ${meant}`;
  console.log(row('answer', `${bold(label)}  ${percent(confidence)} sure, ${verdict}`));
  console.log(row('digest', cyan(receipt.outcome.digest)));
  return receipt.outcome;
}

function printPayments(steps: readonly Step[], requester: string): void {
  const paid = payments(steps.map(({ event }) => event), requester).filter(({ amount }) => amount > 0n);
  paid.forEach(({ to, why, amount }, position) => {
    console.log(row(position === 0 ? 'paid' : '', `${vot(amount).padEnd(10)} ${to ? `${why.padEnd(10)} ${dim(short(to))}` : why}`));
  });
}

/** Runs the model on this machine, without the chain, and compares bit for bit. */
async function checkReceipt(request: string, input: Uint8Array, onChain: Answered): Promise<void> {
  const here = await runEngine(DIGITS_PACKAGE, input, request);
  for (const part of ['answerHash', 'digest'] as const) {
    if (here[part] !== onChain[part]) {
      throw new Error(`MISMATCH: the chain's ${part} is ${onChain[part]}, votive-engine computed ${here[part]}`);
    }
  }
  console.log(row('checked', `${green('✓')} "votive-engine run" computed the same answer hash and digest, without the chain\n`));
}
