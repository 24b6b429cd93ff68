// Asks a model that generates to go on with a text, and follows the request to its end.
//   node --import tsx src/generate.ts --prompt "And God said" [--tokens 32] [--temperature 0.8] [--seed 7]

import { stringToU8a } from '@polkadot/util';
import { program, whole } from './command-line.ts';
import { follow } from './follow.ts';
import { readAnswerOf, readReceipt } from './records.ts';
import { ask, type Seats } from './request.ts';
import { bold, dim, green, row, vot } from './terminal.ts';
import { readTokens, textOf, tokenizerOf } from './tokens.ts';

const USAGE = `generate: asks a model that generates to go on with a text
  --prompt TEXT      the text (And God said)
  --tokens N         the most tokens of the answer (32)
  --temperature X    0 takes the likeliest token each time; higher values wander (0.8)
  --top-k N          how many of the likeliest tokens may be drawn, 0 for all (40)
  --seed N           another seed, another text; the same seed, the same text (1)
  --model N          the model (1)
  --version N        its version (1)
  --seats WORD       One, Three, Five or Seven (One)`;

await program(
  USAGE,
  ['prompt', 'tokens', 'temperature', 'top-k', 'seed', 'model', 'version', 'seats'],
  async ({ api, account, options }) => {
    const prompt = options.prompt ?? 'And God said';
    const { id, escrow, included } = await ask(api, account, {
      version: { model: whole(options.model, 1), number: whole(options.version, 1) },
      input: stringToU8a(prompt),
      parameters: {
        maxUnits: whole(options.tokens, 32),
        seed: BigInt(whole(options.seed, 1)),
        temperatureMilli: thousandths(options.temperature ?? '0.8'),
        topK: whole(options['top-k'], 40),
      },
      seats: (options.seats ?? 'One') as Seats,
    });
    console.log(bold(`request ${id}`));
    console.log(row('escrow', vot(escrow)));
    for await (const { block, event } of follow(api, id, included.blockNumber)) {
      console.log(`  ${green('•')} ${event.name.padEnd(28)} ${dim(`block ${block.number}`)}`);
    }

    const receipt = await readReceipt(api, id);
    if (receipt?.outcome.kind !== 'final') {
      console.log(bold(`refunded: ${receipt?.outcome.cause ?? 'no receipt'}`));
      return;
    }
    const answer = await readAnswerOf(api, id);
    if (answer) {
      const tokens = readTokens(answer.output);
      console.log(`${dim(prompt)}${bold(textOf(tokens, tokenizerOf('tiny-llama')))}`);
      console.log(row('tokens', `${tokens.length}`));
    }
    console.log(row('digest', receipt.outcome.digest));
    console.log(row('fee', vot(receipt.outcome.fee)));
  },
);

/** A temperature in thousandths, as a request names it. */
function thousandths(text: string): number {
  const value = Math.round(Number(text) * 1000);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`"${text}" is not a temperature`);
  return value;
}
