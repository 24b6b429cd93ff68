// One of four processes is suspended while its workers' seats are open: who carries the quorums goes on, who does not is
// drawn anew once and then refunded. The three others keep the chain going and final.

import assert from 'node:assert/strict';
import type { KeyringPair } from '@polkadot/keyring/types';
import { sampleOf } from '@votive/examples/digits-package';
import type { Step } from '@votive/examples/follow';
import { readReceipt } from '@votive/examples/records';
import { ask, type Asked } from '@votive/examples/request';
import { submit } from '@votive/examples/submit';
import { funds, VOT } from '../accounts.ts';
import { assertBalancedSince, type Books, readBooks } from '../books.ts';
import { fourValidators, TestNetwork } from '../network.ts';
import { ownWorker, setStage, type Stage } from '../stage.ts';
import { agree, agreedReceipt, endOf, finalised, finalLife, namesUnpaid, operatorsOf, until } from '../steps.ts';
import { operatorOf } from '../workers.ts';

type Case = 'one' | 'two' | 'all';

let start: Books;
let stage: Stage<Case | 'again', Case>;
let asked: Record<Case, Asked>;
/** The operator whose seat is silent in case `one`. */
let silent: KeyringPair;

const chain = new TestNetwork(fourValidators(), async (api) => {
  start = await readBooks(api, api.genesisHash.toHex());
  const dave = chain.node('dave');
  const [alice, heavy, bob] = await Promise.all([operatorOf('alice', 1), operatorOf('alice', 2), operatorOf('bob', 1)]);
  const own = await Promise.all([operatorOf('dave', 1), operatorOf('dave', 2)]);
  const workers = await Promise.all([3, 4, 5, 6, 7].map((number) => ownWorker(`dave-${number}`, dave)));
  const more = workers.map(({ operator }) => operator);
  silent = own[0];
  // So much heavier than its five peers that both draws take it: they miss it once in a hundred thousand times.
  const [ready] = await Promise.all([
    setStage(api, {
      accounts: ['one', 'two', 'all', 'again'],
      workers,
      versions: { one: [alice, bob, silent], two: [heavy, ...more], all: [...own, ...more.slice(0, 4)] },
    }),
    submit(api, api.tx.workers.bondExtra(900_000n * VOT), heavy, 'final'),
  ]);
  stage = ready;
  dave.suspend();
  const [one, two, all] = await Promise.all([askThree('one', 'one'), askThree('two', 'two'), askThree('all', 'all')]);
  asked = { one, two, all };
});

function askThree(account: Case | 'again', version: Case): Promise<Asked> {
  const question = { version: stage.versions[version], input: sampleOf('8').pixels, seats: 'Three' } as const;
  return ask(chain.api, stage.accounts[account], question);
}

/** The life of a request that is refunded to the last unit: the transaction fee is all that is gone. */
async function refunded(name: 'two' | 'all'): Promise<Step[]> {
  const life = await finalLife(chain.api, asked[name]);
  const receipt = await readReceipt(chain.api, asked[name].id);
  assert.ok(receipt?.outcome.kind === 'refunded');
  assert.equal(receipt.outcome.cause, 'TooFewCommits');
  const left = { free: 1_000n * VOT - asked[name].included.fee, held: 0n };
  assert.deepEqual(await funds(chain.api, stage.accounts[name].address), left);
  return life;
}

chain.test('with one of three silent, the other two carry the quorums and it settles', async () => {
  const life = await finalLife(chain.api, asked.one);
  assert.deepEqual(namesUnpaid(life), [
    ...['RequestSubmitted', 'SeatsDrawn', 'Committed', 'Committed', 'SeatSilent', 'RevealsOpened'],
    ...['Revealed', 'Revealed', 'RequestSettled', 'RequestFinal'],
  ]);
  assert.deepEqual(operatorsOf(life, 'SeatSilent'), [silent.address], 'the silent seat is reported');
  const paid = operatorsOf(life, 'SeatPaid');
  assert.equal(paid.length, 2, 'two seats are paid');
  assert.ok(!paid.includes(silent.address), 'the silent one is not');
});

chain.test('with two of three silent, there is one more draw and then a refund to the last unit', async () => {
  assert.deepEqual(namesUnpaid(await refunded('two')), [
    ...['RequestSubmitted', 'SeatsDrawn', 'Committed', 'SeatSilent', 'SeatSilent'],
    ...['SeatsDrawn', 'Committed', 'SeatSilent', 'SeatSilent', 'RequestRefunded'],
  ]);
});

chain.test('with all silent, there is one more draw of others and then a refund to the last unit', async () => {
  const life = await refunded('all');
  assert.deepEqual(namesUnpaid(life), [
    ...['RequestSubmitted', 'SeatsDrawn', 'SeatSilent', 'SeatSilent', 'SeatSilent'],
    ...['SeatsDrawn', 'SeatSilent', 'SeatSilent', 'SeatSilent', 'RequestRefunded'],
  ]);
  assert.equal(new Set(operatorsOf(life, 'SeatSilent')).size, 6, 'nobody was drawn twice');
});

chain.test('the suspended process goes on, catches up and works again', async () => {
  const dave = chain.node('dave');
  await dave.resume();
  const best = (await chain.api.rpc.chain.getHeader()).number.toNumber();
  await until(dave.api, async ({ number }) => (number >= best ? number : undefined));
  const again = await askThree('again', 'one');
  const life = await finalLife(chain.api, again);
  assert.ok(operatorsOf(life, 'Revealed').includes(silent.address), 'the worker that was silent answers');
  await agree(chain.network.nodes, endOf(life));
  for (const { id } of [...Object.values(asked), again]) await agreedReceipt(chain.network.nodes, id);
  await assertBalancedSince(chain.api, start, await finalised(chain.api));
});
