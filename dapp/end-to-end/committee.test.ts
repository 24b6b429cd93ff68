// A committee of three: two more operators register through polkadot.js, and the seats agree.

import assert from 'node:assert/strict';
import { Keyring } from '@polkadot/keyring';
import type { KeyringPair } from '@polkadot/keyring/types';
import { hexToU8a, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { signer } from '@votive/examples/connect';
import { DIGITS_PACKAGE, sampleOf } from '@votive/examples/digits-package';
import { runEngine } from '@votive/examples/engine';
import { wholeLife } from '@votive/examples/follow';
import { payments, total } from '@votive/examples/payments';
import { readReceipt, readWorkers } from '@votive/examples/records';
import { ask } from '@votive/examples/request';
import { submit } from '@votive/examples/submit';
import { funded, funds, VOT } from './accounts.ts';
import { assertBalancedSince, readBooks } from './books.ts';
import { DIGITS } from './models.ts';
import { developmentNode, TestNetwork } from './network.ts';

const BOND = 60_000n * VOT;
/** Worker keys that the node of //Alice has: one of its own second set, and one that the test inserts. */
const WORKER_KEYS = { second: '//Alice//worker//2', third: '//end-to-end//worker//3' };

const chain = new TestNetwork({ nodes: [developmentNode('committee')] });

/** Registers a worker of `operator` with the worker key of `uri`, and makes it serve the digits. */
async function registerWorker(operator: KeyringPair, uri: string): Promise<void> {
  const key = new Keyring({ type: 'ed25519' }).addFromUri(uri);
  const message = u8aConcat(stringToU8a('votive/1/possession'), hexToU8a(chain.api.genesisHash.toHex()), operator.publicKey);
  await chain.api.rpc.author.insertKey('infr', uri, u8aToHex(key.publicKey));
  await submit(chain.api, chain.api.tx.workers.registerWorker(BOND, key.publicKey, key.sign(message)), operator);
  await submit(chain.api, chain.api.tx.workers.serve(DIGITS), operator);
}

chain.test('three operators serve, their seats agree, and each is paid', async () => {
  const { second, third, asker } = await funded(chain.api, 'second', 'third', 'asker');
  const gifts = [second, third].map(({ address }) => chain.api.tx.balances.transferKeepAlive(address, BOND));
  await submit(chain.api, chain.api.tx.utility.batchAll(gifts), await signer('//Bob'));
  await Promise.all([registerWorker(second, WORKER_KEYS.second), registerWorker(third, WORKER_KEYS.third)]);
  assert.equal((await readWorkers(chain.api, DIGITS)).length, 3);

  const books = await readBooks(chain.api);
  const input = sampleOf('9').pixels;
  const asked = await ask(chain.api, asker, { version: DIGITS, input, seats: 'Three' });
  const steps = await wholeLife(chain.api, asked.id, asked.included.blockNumber);
  const receipt = await readReceipt(chain.api, asked.id);
  assert.ok(receipt?.outcome.kind === 'final');
  assert.equal(receipt.operators, 3);
  assert.equal(new Set(receipt.seats.map(({ operator }) => operator)).size, 3, 'three distinct operators');
  const { digest } = await runEngine(DIGITS_PACKAGE, input, asked.id);
  assert.deepEqual(receipt.seats.map((seat) => seat.digest), [digest, digest, digest]);

  const paid = payments(steps.map(({ event }) => event), asker.address);
  assert.equal(paid.filter(({ why }) => why === 'seat').length, 3);
  assert.equal(total(paid), asked.escrow);
  assert.equal((await funds(chain.api, asker.address)).held, 0n);
  await assertBalancedSince(chain.api, books);
});
