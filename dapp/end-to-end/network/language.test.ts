// Models of language on four processes: a published model of sentence embeddings, and one that generates text.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe } from 'node:test';
import { promisify } from 'node:util';
import { stringToU8a, u8aToHex } from '@polkadot/util';
import type { Parameters } from '@votive/examples/digest';
import { cosine, readEmbedding } from '@votive/examples/embedding';
import { ENGINE_BINARY, runEngine } from '@votive/examples/engine';
import { packageFolder } from '@votive/examples/model-package';
import { readAnswerOf } from '@votive/examples/records';
import { ask, ONE_CALL, type Question } from '@votive/examples/request';
import { readTokens } from '@votive/examples/tokens';
import { VOT } from '../accounts.ts';
import { assertBalancedSince, type Books, readBooks } from '../books.ts';
import { fourValidators, TestNetwork, VALIDATORS } from '../network.ts';
import { setStage, type Stage } from '../stage.ts';
import { agree, agreedReceipt, endOf, finalised, finalLife } from '../steps.ts';
import { operatorOf } from '../workers.ts';

const SENTENCES = {
  dogs: 'Two dogs are running through the snow.',
  puppies: 'A pair of puppies plays outside in winter.',
  taxes: 'The deadline for the tax return is in April.',
} as const;

const PROMPT = 'And God said, ';
const TOKENS: Record<'greedy' | 'sampled', Parameters> = {
  greedy: { ...ONE_CALL, maxUnits: 24 },
  sampled: { maxUnits: 24, seed: 7n, temperatureMilli: 800, topK: 40 },
};
const PER_TOKEN = VOT / 100n;

let start: Books;
let stage: Stage<keyof typeof SENTENCES | keyof typeof TOKENS, 'minilm' | 'tiny-llama'>;

const chain = new TestNetwork(fourValidators(), async (api) => {
  start = await readBooks(api, api.genesisHash.toHex());
  const operators = await Promise.all(VALIDATORS.map((validator) => operatorOf(validator, 1)));
  stage = await setStage(api, {
    accounts: ['dogs', 'puppies', 'taxes', 'greedy', 'sampled'],
    versions: { minilm: operators, 'tiny-llama': operators },
    offers: {
      minilm: { model: 'minilm', price: { perCall: VOT, perUnit: 0n } },
      'tiny-llama': { model: 'tiny-llama', price: { perCall: VOT, perUnit: PER_TOKEN } },
    },
  });
});

/** Asks three seats and returns the answer's bytes, once every node has the same receipt and the engine the same digest. */
async function settled(account: keyof typeof stage.accounts, model: string, question: Question): Promise<[Uint8Array, bigint]> {
  const asked = await ask(chain.api, stage.accounts[account], { ...question, seats: 'Three' });
  const life = await finalLife(chain.api, asked);
  await agree(chain.network.nodes, endOf(life));
  const { outcome, seats } = await agreedReceipt(chain.network.nodes, asked.id);
  assert.ok(outcome.kind === 'final', `not settled: ${outcome.kind === 'refunded' ? outcome.cause : ''}`);
  const alone = await runEngine(packageFolder(model), question.input, asked.id, question.parameters);
  for (const seat of seats) assert.equal(seat.digest, alone.digest, `the seat of ${seat.operator}`);
  const answer = await readAnswerOf(chain.api, asked.id);
  assert.ok(answer, 'the answer is kept');
  assert.equal(u8aToHex(answer.output), alone.output);
  return [answer.output, outcome.fee];
}

void describe('side by side', { concurrency: true }, () => {
  chain.test('MiniLM settles with three seats, and puts like sentences nearer than unlike ones', async () => {
    const embed = async (name: keyof typeof SENTENCES): Promise<Float32Array> => {
      const question = { version: stage.versions.minilm, input: stringToU8a(SENTENCES[name]) };
      const [output] = await settled(name, 'minilm', question);
      return readEmbedding(output);
    };
    const [dogs, puppies, taxes] = await Promise.all([embed('dogs'), embed('puppies'), embed('taxes')]);
    assert.equal(dogs.length, 384);
    assert.ok(Math.abs(cosine(dogs, dogs) - 1) < 1e-6);
    assert.ok(cosine(dogs, puppies) > cosine(dogs, taxes) + 0.2, 'dogs are nearer to puppies than to taxes');
  });

  for (const way of ['greedy', 'sampled'] as const) {
    chain.test(`tiny-llama settles ${way} with three seats, is paid for its tokens, and anyone verifies them`, async () => {
      const [parameters, input] = [TOKENS[way], stringToU8a(PROMPT)];
      const question = { version: stage.versions['tiny-llama'], input, parameters };
      const [output, fee] = await settled(way, 'tiny-llama', question);
      const tokens = readTokens(output);
      assert.ok(tokens.length >= 1 && tokens.length <= parameters.maxUnits, `${tokens.length} tokens`);
      assert.equal(fee, 3n * (VOT + BigInt(tokens.length) * PER_TOKEN), 'paid per token');
      const { maxUnits, seed, temperatureMilli, topK } = parameters;
      await promisify(execFile)(ENGINE_BINARY, [
        ...['verify-answer', packageFolder('tiny-llama'), '--input-text', PROMPT, '--output-hex', u8aToHex(output)],
        ...['--max-units', `${maxUnits}`, '--seed', `${seed}`],
        ...['--temperature-milli', `${temperatureMilli}`, '--top-k', `${topK}`],
      ]);
    });
  }
});

chain.test('the books balance after all of it', async () => {
  const { block } = await assertBalancedSince(chain.api, start, await finalised(chain.api));
  await agree(chain.network.nodes, block);
});
