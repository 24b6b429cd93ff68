// The network is cut: one process away from three, then two and two. Healed, every request ends and the chain is one again.

import assert from 'node:assert/strict';
import type { ApiPromise } from '@polkadot/api';
import { sampleOf } from '@votive/examples/digits-package';
import type { VersionId } from '@votive/examples/records';
import { ask, type Asked, type Seats } from '@votive/examples/request';
import { VOT } from '../accounts.ts';
import { assertBalancedSince, type Books, readBooks } from '../books.ts';
import { blocksAbove, commitsIn, lastShared } from '../branches.ts';
import { DIGITS } from '../models.ts';
import { fourValidators, TestNetwork } from '../network.ts';
import { setStage, type Stage } from '../stage.ts';
import { agree, agreedReceipt, endOf, finalised, finalLife, operatorsOf, reaches, until } from '../steps.ts';
import { operatorOf, workersOf } from '../workers.ts';

/** How many blocks each half makes of its own, at least, before it is healed. */
const BRANCH_BLOCKS = 3;
const SIDES = ['left', 'right'] as const;
type Side = (typeof SIDES)[number];
type Asker = 'cut' | 'healed' | `${Side}-one` | `${Side}-three`;

let start: Books;
let away: string;
let stage: Stage<Asker, 'across' | Side>;

const chain = new TestNetwork(fourValidators(), async (api) => {
  start = await readBooks(api, api.genesisHash.toHex());
  const [alice, bob, charlie, dave] = await Promise.all(
    (['alice', 'bob', 'charlie', 'dave'] as const).map((name) => operatorOf(name, 1)),
  );
  assert.ok(alice && bob && charlie && dave);
  away = dave.address;
  stage = await setStage(api, {
    accounts: ['cut', 'healed', 'left-one', 'left-three', 'right-one', 'right-three'],
    versions: { across: [alice, bob, dave], left: [alice], right: [charlie] },
  });
});

function asks(api: ApiPromise, asker: Asker, version: VersionId, seats: Seats): Promise<Asked> {
  return ask(api, stage.accounts[asker], { version, input: sampleOf('6').pixels, seats });
}

chain.test('a process that is cut off is silent, and works again once it is back', async () => {
  const [alice, bob, charlie, dave] = ['alice', 'bob', 'charlie', 'dave'].map((name) => chain.node(name));
  assert.ok(alice && bob && charlie && dave);
  await chain.network.partition([alice, bob, charlie], [dave]);
  const cut = await finalLife(alice.api, await asks(alice.api, 'cut', stage.versions.across, 'Three'));
  assert.deepEqual(operatorsOf(cut, 'SeatSilent'), [away], 'the seat beyond the cut is silent');
  assert.equal(cut.at(-1)?.event.name, 'inference.RequestFinal', 'the two others settle');

  await chain.network.heal();
  await agree(chain.network.nodes, endOf(cut));
  const healed = await finalLife(dave.api, await asks(dave.api, 'healed', stage.versions.across, 'Three'));
  assert.ok(operatorsOf(healed, 'Revealed').includes(away), 'the seat that was silent answers again');
  await agree(chain.network.nodes, endOf(healed));
});

/** Asks in one half of the network, and waits until it has blocks of its own with a commit in them. */
async function askHalf(api: ApiPromise, side: Side): Promise<Asked[]> {
  const from = (await api.rpc.chain.getHeader()).number.toNumber();
  const asked = await Promise.all([
    asks(api, `${side}-one`, stage.versions[side], 'One'),
    asks(api, `${side}-three`, DIGITS, 'Three'),
  ]);
  await reaches(api, asked[0], 'Committed');
  await until(api, async ({ number }) => (number > from + BRANCH_BLOCKS ? number : undefined));
  return asked;
}

chain.test('two halves make one chain again by a re-org, on which every request of both ends', async (context) => {
  const [alice, bob, charlie, dave] = ['alice', 'bob', 'charlie', 'dave'].map((name) => chain.node(name));
  assert.ok(alice && bob && charlie && dave);
  await chain.network.partition([alice, bob], [charlie, dave]);
  const apis = { left: alice.api, right: charlie.api };
  const asked = (await Promise.all(SIDES.map((side) => askHalf(apis[side], side)))).flat();
  const fork = await lastShared(apis.left, apis.right);
  const branches = { left: await blocksAbove(apis.left, fork), right: await blocksAbove(apis.right, fork) };
  const commits = { left: await commitsIn(apis.left, branches.left), right: await commitsIn(apis.right, branches.right) };
  for (const side of SIDES) {
    assert.ok(branches[side].length >= BRANCH_BLOCKS, `the ${side} half has ${branches[side].length} blocks of its own`);
    assert.ok(commits[side].length > 0, `somebody committed in the ${side} half`);
  }

  await chain.network.heal();
  const lives = await Promise.all(asked.map((request) => finalLife(bob.api, request)));
  await agree(chain.network.nodes, Math.max(...lives.map(endOf)));
  const kept = (await bob.api.rpc.chain.getBlockHash(fork + 1)).toHex();
  const undone = SIDES.filter((side) => branches[side][0]?.hash !== kept);
  context.diagnostic(`${SIDES.map((side) => `${side} had ${branches[side].length} blocks`).join(', ')}; undone: ${undone.join()}`);
  assert.equal(undone.length, 1, 'the blocks of one half were undone, those of the other were not');

  for (const { id } of asked) {
    const { outcome } = await agreedReceipt(chain.network.nodes, id);
    if (outcome.kind === 'refunded') assert.equal(outcome.cause, 'TooFewCommits', `request ${id}`);
  }
  // The salt comes from the request, the attempt and the key, so a right answer has one commitment on every branch.
  const final = new Map<string, string>();
  for (const { seat, commitment } of await commitsIn(bob.api, await blocksAbove(bob.api, fork))) {
    assert.ok(!final.has(seat), `one commit of ${seat}`);
    final.set(seat, commitment);
  }
  for (const { seat, commitment } of [...commits.left, ...commits.right]) {
    assert.equal(final.get(seat) ?? commitment, commitment, `the same commitment of ${seat} on every branch`);
  }
  await assertBalancedSince(bob.api, start, await finalised(bob.api));
  for (const worker of await workersOf(bob.api, DIGITS)) {
    assert.deepEqual(worker, { operator: worker.operator, bond: 50_000n * VOT, locked: 0n, openSeats: 0 }, 'nobody lost anything');
  }
});
