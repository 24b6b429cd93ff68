// Asks the digits model what a handwritten digit shows, and follows the request to its end.
//   node --import tsx src/ask.ts [--digit 7] [--model 0] [--version 1] [--seats One]

import { program, whole } from './command-line.ts';
import { drawDigit, percent, readAnswer } from './digits.ts';
import { digitsLabels, sampleOf } from './digits-package.ts';
import { follow } from './follow.ts';
import { readAnswerOf, readReceipt } from './records.ts';
import { ask, type Seats } from './request.ts';
import { bold, dim, green, row, vot } from './terminal.ts';

await program(
  'ask: asks the digits model and follows the request to its end\n  --digit N      which digit to show it (7)\n  --model N      the model (0)\n  --version N    its version (1)\n  --seats WORD   One, Three, Five or Seven (One)',
  ['digit', 'model', 'version', 'seats'],
  async ({ api, account, options }) => {
    const sample = sampleOf(options.digit ?? '7');
    const version = { model: whole(options.model, 0), number: whole(options.version, 1) };
    console.log(drawDigit(sample.pixels).join('\n'));

    const started = Date.now();
    const { id, escrow, included } = await ask(api, account, {
      version,
      input: sample.pixels,
      seats: (options.seats ?? 'One') as Seats,
    });
    console.log(bold(`request ${id}`));
    console.log(row('escrow', vot(escrow)));
    for await (const { block, event } of follow(api, id, included.blockNumber)) {
      const passed = `block ${block.number}, ${((Date.now() - started) / 1000).toFixed(1)} s`;
      console.log(`  ${green('•')} ${event.name.padEnd(28)} ${dim(passed)}`);
    }

    const receipt = await readReceipt(api, id);
    if (receipt?.outcome.kind !== 'final') {
      console.log(bold(`refunded: ${receipt?.outcome.cause ?? 'no receipt'}`));
      return;
    }
    const answer = await readAnswerOf(api, id);
    if (answer) {
      const { label, confidence } = readAnswer(answer.output, digitsLabels());
      console.log(bold(`it is a ${label}, says the model (${percent(confidence)}); its writer meant a ${sample.label}`));
    }
    console.log(row('digest', receipt.outcome.digest));
    console.log(row('fee', vot(receipt.outcome.fee)));
  },
);
