// Committees of three, five and seven on four processes, and a worker key that is rotated while its seat is open.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { DIGITS_PACKAGE, sampleOf } from '@votive/examples/digits-package';
import { runEngine } from '@votive/examples/engine';
import { payments, total } from '@votive/examples/payments';
import { ask } from '@votive/examples/request';
import { submit } from '@votive/examples/submit';
import { funds, VOT } from '../accounts.ts';
import { assertBalancedSince, type Books, readBooks } from '../books.ts';
import { DIGITS } from '../models.ts';
import { fourValidators, TestNetwork } from '../network.ts';
import { ownWorker, setStage, type Stage } from '../stage.ts';
import { agree, agreedReceipt, endOf, finalised, finalLife, operatorsOf, reaches } from '../steps.ts';
import { committeeAt, insertKey, operatorOf, workerKey } from '../workers.ts';

const COMMITTEES = { Three: 3, Five: 5, Seven: 7 } as const;
const INPUT = sampleOf('9').pixels;

let start: Books;
let stage: Stage<keyof typeof COMMITTEES | 'before' | 'after', 'rotated'>;

const chain = new TestNetwork(fourValidators(), async (api) => {
  start = await readBooks(api, api.genesisHash.toHex());
  // A seat that stays silent holds the reveals back to the end of the commits, so that they come after the rotation.
  const absent = await ownWorker('absent');
  stage = await setStage(api, {
    accounts: ['Three', 'Five', 'Seven', 'before', 'after'],
    workers: [absent],
    versions: { rotated: [await operatorOf('alice', 1), await operatorOf('bob', 1), absent.operator] },
  });
});

void describe('side by side', { concurrency: true }, () => {
  for (const seats of ['Three', 'Five', 'Seven'] as const) {
    chain.test(`a committee of ${COMMITTEES[seats]} settles, and every node has the same receipt`, async () => {
      const asker = stage.accounts[seats];
      const asked = await ask(chain.api, asker, { version: DIGITS, input: INPUT, seats });
      const life = await finalLife(chain.api, asked);
      await agree(chain.network.nodes, endOf(life));

      const { outcome, ...receipt } = await agreedReceipt(chain.network.nodes, asked.id);
      assert.ok(outcome.kind === 'final', `not settled: ${outcome.kind === 'refunded' ? outcome.cause : ''}`);
      assert.equal(new Set(receipt.seats.map(({ operator }) => operator)).size, COMMITTEES[seats], 'distinct operators');
      const { digest } = await runEngine(DIGITS_PACKAGE, INPUT, asked.id);
      for (const seat of receipt.seats) assert.equal(seat.digest, digest, `the seat of ${seat.operator}`);
      assert.equal(operatorsOf(life, 'SeatPaid').length, COMMITTEES[seats], 'every seat was paid');
      const paid = total(payments(life.map(({ event }) => event), asker.address));
      assert.equal(paid, asked.escrow, 'who was paid, the burn and the refund are the whole escrow');
      const spent = outcome.fee + asked.included.fee;
      assert.deepEqual(await funds(chain.api, asker.address), { free: 1_000n * VOT - spent, held: 0n });
    });
  }

  chain.test('a rotated worker key still answers for the seat that it was drawn with, and the new key for the next', async () => {
    const alice = await operatorOf('alice', 1);
    const rotated = workerKey(chain.api, '//end-to-end//rotated', alice);
    await insertKey(chain.node('alice'), '//end-to-end//rotated');
    const question = { version: stage.versions.rotated, input: INPUT, seats: 'Three' } as const;

    const asked = await ask(chain.api, stage.accounts.before, question);
    await reaches(chain.api, asked, 'SeatsDrawn');
    const rotation = await submit(chain.api, chain.api.tx.workers.rotateKey(rotated.key, rotated.proof), alice, 'final');
    const next = await ask(chain.api, stage.accounts.after, question);
    const [life, later] = await Promise.all([finalLife(chain.api, asked), finalLife(chain.api, next)]);

    const revealed = life.find(({ event }) => event.name === 'inference.Revealed' && event.fields.operator === alice.address);
    assert.ok(revealed, 'the worker answered');
    assert.ok(revealed.block.number > rotation.blockNumber, 'by a reveal after its key was replaced');
    assert.ok(operatorsOf(later, 'Revealed').includes(alice.address), 'and it answered again');
    for (const [steps, request, key] of [
      [life, asked.id, workerKey(chain.api, '//Alice//worker//1', alice).hex],
      [later, next.id, rotated.hex],
    ] as const) {
      const drawn = steps.find(({ event }) => event.name === 'inference.SeatsDrawn');
      assert.ok(drawn);
      const [seat] = await committeeAt(chain.api, drawn.block.hash, request, alice.address);
      assert.equal(seat?.key, key, 'a seat has the key of its draw');
    }
  });
});

chain.test('the books balance after all of it', async () => {
  const { block } = await assertBalancedSince(chain.api, start, await finalised(chain.api));
  await agree(chain.network.nodes, block);
});
