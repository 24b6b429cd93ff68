// The engine's process is killed in the middle of an order, and its node is killed: no block is missed, nothing stays behind.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { u64 } from '@polkadot/types';
import { DIGITS_PACKAGE, sampleOf } from '@votive/examples/digits-package';
import { runEngine } from '@votive/examples/engine';
import { wholeLife } from '@votive/examples/follow';
import { readReceipt } from '@votive/examples/records';
import { ask, type Asked } from '@votive/examples/request';
import { funded } from './accounts.ts';
import { becomes } from './becomes.ts';
import { assertBalancedSince, readBooks } from './books.ts';
import { DIGITS } from './models.ts';
import { developmentNode, TestNetwork } from './network.ts';
import { inTurn } from './turns.ts';

const INPUT = sampleOf('5').pixels;
const chain = new TestNetwork({ nodes: [developmentNode('engine', '-lvotive-inference=debug')] });

async function settles(asked: Asked): Promise<void> {
  await wholeLife(chain.api, asked.id, asked.included.blockNumber);
  const receipt = await readReceipt(chain.api, asked.id);
  assert.ok(receipt?.outcome.kind === 'final');
  assert.equal(receipt.outcome.digest, (await runEngine(DIGITS_PACKAGE, INPUT, asked.id)).digest);
}

/** The slots of the blocks from `first` on. */
async function slotsSince(first: number): Promise<number[]> {
  const last = (await chain.api.rpc.chain.getHeader()).number.toNumber();
  const numbers = Array.from({ length: last - first + 1 }, (_, position) => first + position);
  return Promise.all(
    numbers.map(async (number) => {
      const at = await chain.api.at(await chain.api.rpc.chain.getBlockHash(number));
      return ((await at.query.babe.currentSlot()) as u64).toNumber();
    }),
  );
}

chain.test('an order whose engine is killed in its middle is answered after the restart, and no block is missed', async () => {
  const { first, second } = await funded(chain.api, 'first', 'second');
  const books = await readBooks(chain.api);
  // While another network starts, it may be that one which takes the time of a block.
  await inTurn(async () => {
    await settles(await ask(chain.api, first, { version: DIGITS, input: INPUT }));
    const before = await becomes(() => chain.node().enginePid());
    process.kill(before, 'SIGSTOP');
    const asked = await ask(chain.api, second, { version: DIGITS, input: INPUT });
    await becomes(() => chain.node().hasLogged(`Request ${asked.id}: taken`) || undefined);
    process.kill(before, 'SIGKILL');
    await settles(asked);
    assert.ok(chain.node().isRunning);
    assert.ok(chain.node().hasLogged(`Engine process ${before} ended (signal: 9`));
    assert.notEqual(await becomes(() => chain.node().enginePid()), before);
    const slots = await slotsSince(asked.included.blockNumber);
    assert.deepEqual(slots, slots.map((_, position) => (slots[0] ?? 0) + position), 'each slot has its block');
  });
  await assertBalancedSince(chain.api, books);
});

chain.test('a node that is killed leaves no engine behind, and its next start has one', async () => {
  const before = await becomes(() => chain.node().enginePid());
  await chain.killAndRestart();
  await becomes(() => !existsSync(`/proc/${before}`) || undefined);
  assert.notEqual(await becomes(() => chain.node().enginePid()), before);
});
