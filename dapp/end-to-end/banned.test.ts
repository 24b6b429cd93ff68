// A pool bans the hash of a transaction that it found invalid, for half an hour. A worker signs what is not in state anew, at
// another block and so under another hash, and gets through while the ban stands.
//
// The author is started without `--dev`, which would end each ban at once. The worker is another node, since a pool asks for
// bans only where a transaction comes from outside.

import assert from 'node:assert/strict';
import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Hex } from '@votive/examples/digest';
import { DIGITS_PACKAGE, sampleOf } from '@votive/examples/digits-package';
import { runEngine } from '@votive/examples/engine';
import { wholeLife } from '@votive/examples/follow';
import { readReceipt, type VersionId } from '@votive/examples/records';
import { ask } from '@votive/examples/request';
import { funded } from './accounts.ts';
import { assertBalancedSince, readBooks } from './books.ts';
import { type AnsweredSeat, bundleOf, type Owed } from './bundles.ts';
import type { ChainNode } from './chain-node.ts';
import { publishServed } from './models.ts';
import { TestNetwork } from './network.ts';
import { setWindows } from './parameters.ts';
import { pending, send } from './pool.ts';
import { names, reaches, until } from './steps.ts';
import { insertKey, registered } from './workers.ts';

const INPUT = sampleOf('2').pixels;
const WORKER = 'banned';
const KEY = `//end-to-end//worker//${WORKER}`;

/** Refused as signed at a block that does not exist yet, and as banned. */
const TOO_EARLY = { code: 1010, message: 'Invalid Transaction', data: 'Custom error: 2' };
const BANNED = 1012;

/** How far ahead of the best block the first banned bundle is signed: that leaves time to send them all too early. */
const AHEAD_BLOCKS = 4;
/**
 * At how many blocks in a row the banned bundles are signed. A worker repeats itself every two blocks, so two of its commits are
 * among them; it reveals some six blocks after its first commit, and two or three of its reveals are among them as well.
 */
const BANNED_BLOCKS: Record<Owed, number> = { commit: 4, reveal: 10 };

let asker: KeyringPair;
let operator: KeyringPair;
let version: VersionId;

const chain = new TestNetwork(
  {
    nodes: [
      { name: 'author', flags: ['--alice', '--validator', '--force-authoring'] },
      { name: 'worker', flags: ['--offchain-worker', 'always'] },
    ],
  },
  prepare,
);

/** Publishes a version that the one worker serves. Its key is in no node yet, so its seat waits. */
async function prepare(api: ApiPromise): Promise<void> {
  await setWindows(api, { commitMinBlocks: 20 });
  const [accounts, [registrant]] = await Promise.all([funded(api, 'owner', 'asker'), registered(api, [WORKER])]);
  assert.ok(registrant);
  operator = registrant;
  asker = accounts.asker;
  const [served] = await publishServed(api, accounts.owner, [operator]);
  assert.ok(served);
  version = served;
}

/** Sends the author all that the worker will sign from block `from` on for what is owed, too early: it is banned. */
async function ban(author: ChainNode, owed: Owed, seat: AnsweredSeat, from: number): Promise<Hex[]> {
  const bundles = Array.from({ length: BANNED_BLOCKS[owed] }, (_, after) => bundleOf(author.api, owed, seat, from + after));
  for (const bundle of bundles) assert.deepEqual(await send(author, bundle), TOO_EARLY);
  await assertBanned(author, bundles);
  return bundles;
}

/** The very same bytes are refused, and for no other reason than the ban. */
async function assertBanned(author: ChainNode, bundles: readonly Hex[]): Promise<void> {
  for (const bundle of bundles) assert.equal((await send(author, bundle))?.code, BANNED);
}

/** Waits until the worker's own pool has one of these bundles, which it has signed by block `last` at the latest. */
function sentBy(worker: ChainNode, bundles: readonly Hex[], last: number): Promise<Hex> {
  return until(worker.api, async ({ number }) => {
    const has = await pending(worker);
    const sent = bundles.find((bundle) => has.includes(bundle));
    assert.ok(sent ?? number <= last, `by block ${number} the worker has signed none of the banned bundles`);
    return sent;
  });
}

/** Every transaction in the blocks from `first` to `last`. */
async function transactionsIn(api: ApiPromise, first: number, last: number): Promise<Set<string>> {
  const numbers = Array.from({ length: last - first + 1 }, (_, after) => first + after);
  const blocks = await Promise.all(
    numbers.map(async (number) => api.rpc.chain.getBlock(await api.rpc.chain.getBlockHash(number))),
  );
  return new Set(blocks.flatMap(({ block }) => block.extrinsics.map((extrinsic) => extrinsic.toHex())));
}

chain.test('a worker whose bundles are banned signs anew and settles its request while the ban stands', async () => {
  const [author, worker] = [chain.node('author'), chain.node('worker')];
  const books = await readBooks(chain.api);
  const asked = await ask(chain.api, asker, { version, input: INPUT });
  const { block: drawn } = await reaches(chain.api, asked, 'SeatsDrawn');
  const answer = await runEngine(DIGITS_PACKAGE, INPUT, asked.id);
  const seat: AnsweredSeat = { request: asked.id, operator, keyUri: KEY, answer };

  const from = (await chain.api.rpc.chain.getHeader()).number.toNumber() + AHEAD_BLOCKS;
  const banned = {
    commit: await ban(author, 'commit', seat, from),
    reveal: await ban(author, 'reveal', seat, from),
  };
  // From here on the worker signs by itself, at the first of these blocks or after it.
  await until(worker.api, async ({ number }) => (number >= from ? number : undefined));
  await insertKey(worker, KEY);

  for (const [owed, event] of [['commit', 'Committed'], ['reveal', 'Revealed']] as const) {
    const sent = await sentBy(worker, banned[owed], from + BANNED_BLOCKS[owed]);
    await assertBanned(author, [sent]);
    const { block } = await reaches(chain.api, asked, event);
    assert.ok(block.number > from + BANNED_BLOCKS[owed], `the ${owed} of block ${block.number} is one that was not banned`);
    await assertBanned(author, banned[owed]);
  }

  const life = await wholeLife(chain.api, asked.id, asked.included.blockNumber);
  assert.equal(names(life).at(-1), 'RequestFinal');
  const receipt = await readReceipt(chain.api, asked.id);
  assert.ok(receipt?.outcome.kind === 'final');
  assert.equal(receipt.outcome.digest, answer.digest);
  const all = [...banned.commit, ...banned.reveal];
  await assertBanned(author, all);
  const carried = await transactionsIn(chain.api, drawn.number, receipt.endedAt);
  assert.deepEqual(all.filter((bundle) => carried.has(bundle)), [], 'no block has a banned bundle');
  await assertBalancedSince(chain.api, books);
});
