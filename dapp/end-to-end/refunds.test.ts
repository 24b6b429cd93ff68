// Requests that get no answer: each ends by itself and gives everything back. The windows are short, the slots are not.

import assert from 'node:assert/strict';
import type { KeyringPair } from '@polkadot/keyring/types';
import { sampleOf } from '@votive/examples/digits-package';
import { type Step, wholeLife } from '@votive/examples/follow';
import { readReceipt, type Receipt, type VersionId } from '@votive/examples/records';
import { ask } from '@votive/examples/request';
import { submit } from '@votive/examples/submit';
import { funded, funds, VOT } from './accounts.ts';
import { assertBalancedSince, readBooks } from './books.ts';
import { DIGITS, publishUnserved } from './models.ts';
import { developmentNode, TestNetwork } from './network.ts';
import { setWindows } from './parameters.ts';
import { names } from './steps.ts';

const WINDOWS = { waitingBlocks: 3, commitMinBlocks: 2, commitMaxBlocks: 2 };
const chain = new TestNetwork({ nodes: [developmentNode('refunds', '--offchain-worker', 'never')] }, (api) =>
  setWindows(api, WINDOWS),
);

/** Asks `version`, waits for the end, and checks that the transaction fee is all that is gone. */
async function refunded(asker: KeyringPair, version: VersionId): Promise<{ cause: string; life: Step[]; receipt: Receipt }> {
  const books = await readBooks(chain.api);
  const had = await funds(chain.api, asker.address);
  const asked = await ask(chain.api, asker, { version, input: sampleOf('5').pixels, maxFee: 100n * VOT });
  assert.ok(asked.escrow > 0n);
  const life = await wholeLife(chain.api, asked.id, asked.included.blockNumber);
  assert.deepEqual(await funds(chain.api, asker.address), { free: had.free - asked.included.fee, held: 0n });
  await assertBalancedSince(chain.api, books);
  const receipt = await readReceipt(chain.api, asked.id);
  assert.ok(receipt?.outcome.kind === 'refunded');
  return { cause: receipt.outcome.cause, life, receipt };
}

chain.test('a model with no free worker refunds when the waiting window ends', async () => {
  const { publisher, hopeful } = await funded(chain.api, 'publisher', 'hopeful');
  const { cause, life, receipt } = await refunded(hopeful, await publishUnserved(chain.api, publisher));
  assert.equal(cause, 'NoFreeWorkers');
  assert.deepEqual(names(life), ['RequestSubmitted', 'RequestRefunded']);
  assert.equal(receipt.endedAt, receipt.submittedAt + WINDOWS.waitingBlocks);
});

chain.test('with --offchain-worker never the seat stays silent, nobody else can be drawn, and the request refunds', async () => {
  const { patient } = await funded(chain.api, 'patient');
  const { cause, life } = await refunded(patient, DIGITS);
  assert.equal(cause, 'TooFewCommits');
  assert.deepEqual(names(life), ['RequestSubmitted', 'SeatsDrawn', 'SeatSilent', 'RequestRefunded']);
});

chain.test('a request is cancelled before its draw, by its requester only', async () => {
  const { owner, canceller, stranger } = await funded(chain.api, 'owner', 'canceller', 'stranger');
  const version = await publishUnserved(chain.api, owner);
  const { free } = await funds(chain.api, canceller.address);
  const asked = await ask(chain.api, canceller, { version, input: sampleOf('1').pixels });
  const cancel = chain.api.tx.inference.cancelRequest(asked.id);
  const [refusal, cancelled] = await Promise.allSettled([
    submit(chain.api, cancel, stranger),
    submit(chain.api, chain.api.tx.inference.cancelRequest(asked.id), canceller),
  ]);
  assert.ok(refusal.status === 'rejected' && cancelled.status === 'fulfilled');
  assert.match(String(refusal.reason), /inference\.(NotRequester|UnknownRequest)/);
  const fees = asked.included.fee + cancelled.value.fee;
  assert.deepEqual(await funds(chain.api, canceller.address), { free: free - fees, held: 0n });
});

chain.test('a removed model gives its deposits back', async () => {
  const { leaver } = await funded(chain.api, 'leaver');
  const { free } = await funds(chain.api, leaver.address);
  const books = await readBooks(chain.api);
  const version = await publishUnserved(chain.api, leaver);
  assert.ok((await funds(chain.api, leaver.address)).held > 0n);
  const { models } = chain.api.tx;
  await submit(chain.api, models.deprecateVersion(version), leaver);
  await submit(chain.api, models.removeVersion(version), leaver);
  await submit(chain.api, models.removeModel(version.model), leaver);
  const left = await funds(chain.api, leaver.address);
  assert.equal(left.held, 0n);
  assert.ok(free - left.free < VOT / 100n, 'transaction fees are all that is gone');
  await assertBalancedSince(chain.api, books);
});
