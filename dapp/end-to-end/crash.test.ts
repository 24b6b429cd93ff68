// SIGKILL of the node at each step of a request, then a restart: the request ends as specified, exactly once.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { KeyringPair } from '@polkadot/keyring/types';
import { DIGITS_PACKAGE, sampleOf } from '@votive/examples/digits-package';
import { runEngine } from '@votive/examples/engine';
import { readEvents } from '@votive/examples/events';
import { follow, isEnd, wholeLife } from '@votive/examples/follow';
import { readReceipt } from '@votive/examples/records';
import { ask, type Asked } from '@votive/examples/request';
import { funded, funds } from './accounts.ts';
import { assertBalanced, assertBalancedSince, readBooks } from './books.ts';
import { DIGITS } from './models.ts';
import { developmentNode, TestNetwork } from './network.ts';
import { finalised } from './steps.ts';

const STEPS = ['RequestSubmitted', 'SeatsDrawn', 'Committed', 'Revealed', 'RequestFinal'] as const;
const ONCE = ['SeatsDrawn', 'Committed', 'RevealsOpened', 'Revealed', 'RequestSettled', 'SeatPaid', 'RequestFinal'];

let askers: Record<(typeof STEPS)[number], KeyringPair>;
const chain = new TestNetwork({ nodes: [developmentNode('crash')] }, async (api) => {
  askers = await funded(api, ...STEPS);
  await finalised(api);
});

for (const step of STEPS) {
  chain.test(`killed at ${step}, the node settles the request once after its restart`, async (context) => {
    const asker = askers[step];
    const input = sampleOf('3').pixels;
    const books = await readBooks(chain.api);
    const { free } = await funds(chain.api, asker.address);
    const asked = await killedAt(step, asker, input, context);

    const life = await wholeLife(chain.api, asked.id, asked.included.blockNumber);
    const receipt = await readReceipt(chain.api, asked.id);
    assert.ok(receipt);
    const { outcome } = receipt;
    assert.ok(outcome.kind === 'final', `not settled: ${outcome.kind === 'refunded' ? outcome.cause : ''}`);
    assert.equal(outcome.digest, (await runEngine(DIGITS_PACKAGE, input, asked.id)).digest);
    for (const name of ONCE) {
      assert.equal(life.filter(({ event }) => event.name === `inference.${name}`).length, 1, `${name} came once`);
    }
    const spent = outcome.fee + asked.included.fee;
    assert.deepEqual(await funds(chain.api, asker.address), { free: free - spent, held: 0n });
    await assertBalancedSince(chain.api, books);
  });
}

chain.test('over the whole chain each request ended once, and the books balance', async () => {
  const books = await readBooks(chain.api);
  assertBalanced(books);
  const ends = new Map<string, number>();
  for (let number = 1; number <= books.block; number += 1) {
    const hash = (await chain.api.rpc.chain.getBlockHash(number)).toHex();
    for (const event of await readEvents(chain.api, hash)) {
      const id = String(event.fields.request);
      if (event.name === 'inference.RequestSubmitted') ends.set(id, 0);
      if (isEnd(event)) ends.set(id, (ends.get(id) ?? Infinity) + 1);
    }
  }
  assert.equal(ends.size, STEPS.length);
  for (const [id, count] of ends) assert.equal(count, 1, `request ${id} ended ${count} times`);
});

/** Asks, and kills the node as soon as a block has `step`. */
async function killedAt(step: string, asker: KeyringPair, input: Uint8Array, context: TestContext): Promise<Asked> {
  const asked = await ask(chain.api, asker, { version: DIGITS, input });
  for await (const { event } of follow(chain.api, asked.id, asked.included.blockNumber)) {
    if (event.name === `inference.${step}`) break;
  }
  await chain.killAndRestart();
  const kept = await chain.api.rpc.chain.getBlockHash(asked.included.blockNumber);
  if (kept.toHex() === asked.included.blockHash) return asked;
  context.diagnostic('the block had not reached the disk, so the request never was: nothing is held, and it is asked anew');
  assert.equal((await funds(chain.api, asker.address)).held, 0n);
  assertBalanced(await readBooks(chain.api));
  return killedAt(step, asker, input, context);
}
