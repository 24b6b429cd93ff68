// A request on an undisturbed development chain: from polkadot.js to candle and back, settled and paid.

import assert from 'node:assert/strict';
import { answerHash, digest, inputHash, requestId } from '@votive/examples/digest';
import { readAnswer } from '@votive/examples/digits';
import { DIGITS_PACKAGE, digitsLabels, sampleOf, samples } from '@votive/examples/digits-package';
import { runEngine } from '@votive/examples/engine';
import { wholeLife } from '@votive/examples/follow';
import { payments, total } from '@votive/examples/payments';
import { readAnswerOf, readReceipt } from '@votive/examples/records';
import { ask, ONE_CALL } from '@votive/examples/request';
import { funded, funds } from './accounts.ts';
import { assertBalanced, assertBalancedSince, readBooks } from './books.ts';
import { DIGITS } from './models.ts';
import { developmentNode, TestNetwork } from './network.ts';
import { names } from './steps.ts';

const chain = new TestNetwork({ nodes: [developmentNode('settlement')] });

chain.test('the books of the genesis balance', async () => {
  assertBalanced(await readBooks(chain.api, chain.api.genesisHash.toHex()));
});

chain.test('an answer settles with the digest that votive-engine computes alone', async () => {
  const { asker } = await funded(chain.api, 'asker');
  const books = await readBooks(chain.api);
  const { pixels, label } = sampleOf('7');
  const asked = await ask(chain.api, asker, { version: DIGITS, input: pixels });
  assert.equal(
    asked.id,
    requestId(chain.api.genesisHash.toHex(), asker.publicKey, 0n, DIGITS, inputHash(pixels), ONE_CALL),
    'anyone can derive the id',
  );
  const steps = await wholeLife(chain.api, asked.id, asked.included.blockNumber);
  assert.deepEqual(
    names(steps).filter((name) => !/Paid$/.test(name)),
    ['RequestSubmitted', 'SeatsDrawn', 'Committed', 'RevealsOpened', 'Revealed', 'RequestSettled', 'RequestFinal'],
  );

  const receipt = await readReceipt(chain.api, asked.id);
  const answer = await readAnswerOf(chain.api, asked.id);
  assert.ok(receipt?.outcome.kind === 'final' && answer);
  assert.equal(readAnswer(answer.output, digitsLabels()).label, label);
  assert.equal(answerHash(answer.code, answer.output), receipt.outcome.answerHash);
  assert.equal(
    digest(asked.id, receipt.outcome.answerHash, receipt.outcome.units, receipt.outcome.traceHash),
    receipt.outcome.digest,
  );
  const alone = await runEngine(DIGITS_PACKAGE, pixels, asked.id);
  assert.equal(alone.digest, receipt.outcome.digest);
  assert.equal(alone.answerHash, receipt.outcome.answerHash);
  assert.equal(alone.traceHash, receipt.outcome.traceHash);
  assert.equal(alone.units, receipt.outcome.units);

  const paid = payments(steps.map(({ event }) => event), asker.address);
  assert.equal(total(paid), asked.escrow, 'who was paid, the burn and the refund are the whole escrow');
  const left = await funds(chain.api, asker.address);
  assert.equal(left.held, 0n);
  await assertBalancedSince(chain.api, books);
});

chain.test('an input that the model cannot read is an answer with a code, and paid', async () => {
  const { shortener } = await funded(chain.api, 'shortener');
  const asked = await ask(chain.api, shortener, { version: DIGITS, input: Uint8Array.of(1, 2, 3) });
  await wholeLife(chain.api, asked.id, asked.included.blockNumber);
  const receipt = await readReceipt(chain.api, asked.id);
  assert.ok(receipt?.outcome.kind === 'final');
  assert.equal(receipt.outcome.code, 'InputMismatch');
  assert.equal((await readAnswerOf(chain.api, asked.id))?.output.length, 0);
});

chain.test('many requests at once all settle, each with its own digest', async () => {
  const askers = Object.values(await funded(chain.api, ...samples().slice(0, 8).map((_, position) => `crowd-${position}`)));
  const books = await readBooks(chain.api);
  const digests = await Promise.all(
    askers.map(async (asker, position) => {
      const input = samples()[position % samples().length]?.pixels ?? new Uint8Array();
      const asked = await ask(chain.api, asker, { version: DIGITS, input });
      await wholeLife(chain.api, asked.id, asked.included.blockNumber);
      const receipt = await readReceipt(chain.api, asked.id);
      assert.ok(receipt?.outcome.kind === 'final', `request ${position} is final`);
      assert.equal((await runEngine(DIGITS_PACKAGE, input, asked.id)).digest, receipt.outcome.digest);
      return receipt.outcome.digest;
    }),
  );
  assert.equal(new Set(digests).size, digests.length);
  await assertBalancedSince(chain.api, books);
});
