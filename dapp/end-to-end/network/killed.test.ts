// Processes are killed, and one loses its disk, while seats of their workers are open: each seat still reveals and is paid.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { KeyringPair } from '@polkadot/keyring/types';
import { DIGITS_PACKAGE, sampleOf } from '@votive/examples/digits-package';
import { runEngine } from '@votive/examples/engine';
import { amount } from '@votive/examples/events';
import { ask, type Asked, type Seats } from '@votive/examples/request';
import { funds } from '../accounts.ts';
import { assertBalancedSince, type Books, readBooks } from '../books.ts';
import { fourValidators, TestNetwork } from '../network.ts';
import { ownWorker, setStage, type Stage } from '../stage.ts';
import { agree, agreedReceipt, finalised, finalLife, names, reaches } from '../steps.ts';
import { inTurn } from '../turns.ts';
import { operatorOf } from '../workers.ts';

const INPUT = sampleOf('3').pixels;
type Case = 'before' | 'between' | 'wiped';

let start: Books;
let stage: Stage<Case, Case>;
let operators: Record<'bob' | 'charlie', KeyringPair>;
const answered: string[] = [];

const chain = new TestNetwork(fourValidators(), async (api) => {
  start = await readBooks(api, api.genesisHash.toHex());
  const [alice, bob, charlie] = await Promise.all(['alice', 'bob', 'charlie'].map((name) => operatorOf(name, 1)));
  assert.ok(alice && bob && charlie);
  operators = { bob, charlie };
  // Nobody has this worker's key. Its silent seat holds the reveals back to the end of the commits, so that there is time to
  // kill between the two; it bonds so little that the two others carry both quorums.
  const absent = await ownWorker('absent');
  stage = await setStage(api, {
    accounts: ['before', 'between', 'wiped'],
    workers: [absent],
    versions: {
      before: [charlie],
      between: [alice, charlie, absent.operator],
      wiped: [alice, bob, absent.operator],
    },
  });
});

/** Checks, through a process that always lived, that the seat of `operator` did everything once and was paid. */
async function answeredOnce(asked: Asked, operator: KeyringPair, had: { free: bigint; held: bigint }): Promise<void> {
  const life = await finalLife(chain.api, asked);
  assert.equal(names(life).at(-1), 'RequestFinal');
  const own = life.filter(({ event }) => event.fields.operator === operator.address);
  assert.deepEqual(names(own), ['Committed', 'Revealed', 'SeatPaid']);
  const { digest } = await runEngine(DIGITS_PACKAGE, INPUT, asked.id);
  assert.equal(own[1]?.event.fields.digest, digest, 'it revealed the digest of the one right answer');
  const earned = amount(own[2]?.event.fields.amount);
  assert.deepEqual(
    await funds(chain.api, operator.address),
    { free: had.free + earned, held: had.held },
    'the operator has its bond and its pay',
  );
  answered.push(asked.id);
}

function asks(name: Case, seats: Seats): Promise<Asked> {
  return ask(chain.api, stage.accounts[name], { version: stage.versions[name], input: INPUT, seats });
}

chain.test('killed before its commit, a worker answers after its restart', async () => {
  const charlie = chain.node('charlie');
  const had = await funds(chain.api, operators.charlie.address);
  // The seat is open for six blocks, too few for a restart beside networks that start.
  const asked = await inTurn(async () => {
    const open = await asks('before', 'One');
    // The seat is drawn in the next block, so it has sent nothing yet.
    await charlie.kill();
    await chain.network.restart(charlie);
    return open;
  });
  await answeredOnce(asked, operators.charlie, had);
});

void describe('side by side', { concurrency: true }, () => {
  chain.test('killed after its commit, and again after its reveal, a worker reveals and is paid', async () => {
    const charlie = chain.node('charlie');
    const had = await funds(chain.api, operators.charlie.address);
    const asked = await asks('between', 'Three');
    await reaches(chain.api, asked, 'Committed', operators.charlie.address);
    await charlie.kill();
    await reaches(chain.api, asked, 'RevealsOpened');
    await chain.network.restart(charlie);
    await reaches(chain.api, asked, 'Revealed', operators.charlie.address);
    await chain.killAndRestart(charlie);
    await answeredOnce(asked, operators.charlie, had);
  });

  chain.test('a worker whose disk is wiped after its commit syncs from nothing and reveals in time', async () => {
    const bob = chain.node('bob');
    const had = await funds(chain.api, operators.bob.address);
    const asked = await asks('wiped', 'Three');
    await reaches(chain.api, asked, 'Committed', operators.bob.address);
    await bob.kill();
    bob.wipe();
    await chain.network.restart(bob);
    await answeredOnce(asked, operators.bob, had);
  });
});

chain.test('every node has the same three receipts, and the books balance', async () => {
  const { block } = await assertBalancedSince(chain.api, start, await finalised(chain.api));
  await agree(chain.network.nodes, block);
  assert.equal(answered.length, 3, 'all three requests were answered');
  for (const id of answered) await agreedReceipt(chain.network.nodes, id);
});
