// What the chain refuses: each error by its name, and nothing lost but the transaction fee.

import assert from 'node:assert/strict';
import type { SubmittableExtrinsic } from '@polkadot/api/types';
import type { KeyringPair } from '@polkadot/keyring/types';
import { compactAddLength } from '@polkadot/util';
import { signer } from '@votive/examples/connect';
import { sampleOf } from '@votive/examples/digits-package';
import { DispatchFailed, TransactionRefused } from '@votive/examples/errors';
import { follow, wholeLife } from '@votive/examples/follow';
import { ask, AUDIT_PER_MILLION, ONE_CALL } from '@votive/examples/request';
import { submit } from '@votive/examples/submit';
import { funded, funds, VOT } from './accounts.ts';
import { assertBalancedSince, readBooks } from './books.ts';
import { DIGITS, METADATA, publishUnserved } from './models.ts';
import { developmentNode, TestNetwork } from './network.ts';
import { names } from './steps.ts';

type Call = SubmittableExtrinsic<'promise'>;

const chain = new TestNetwork({ nodes: [developmentNode('refusals')] });

/** A request to the digits version that would succeed, but for what `wrong` replaces. */
function request(wrong: Partial<Record<'version' | 'input' | 'parameters' | 'seats' | 'audit' | 'maxFee', unknown>>): Call {
  const right = {
    version: DIGITS,
    input: compactAddLength(new Uint8Array(64)),
    parameters: ONE_CALL,
    seats: 'One',
    audit: AUDIT_PER_MILLION,
    maxFee: 100n * VOT,
  };
  const { version, input, parameters, seats, audit, maxFee } = { ...right, ...wrong };
  return chain.api.tx.inference.submitRequest(version, input, parameters, seats, audit, maxFee);
}

/** Name of the error, and the call that ends in it. */
function cases(): Record<string, () => Call> {
  const nobody = `0x${'00'.repeat(32)}`;
  return {
    'inference.InputTooLong': () => request({ input: compactAddLength(new Uint8Array(4096)) }),
    'inference.InputEmpty': () => request({ input: compactAddLength(new Uint8Array()) }),
    'inference.UnitsOutOfRange': () => request({ parameters: { ...ONE_CALL, maxUnits: 0 } }),
    'inference.AuditProbabilityNotSupported': () => request({ audit: 50_000 }),
    'inference.FeeTooLow': () => request({ maxFee: 1n }),
    'inference.UnknownRequest': () => chain.api.tx.inference.cancelRequest(nobody),
    'models.UnknownModel': () => chain.api.tx.models.transferModel(4_000, nobody),
    'models.UnknownVersion': () => request({ version: { model: 0, number: 99 } }),
    'models.NotOwner': () => chain.api.tx.models.deprecateVersion(DIGITS),
    'models.NameEmpty': () => chain.api.tx.models.registerModel({ ...METADATA, name: '' }, 0),
    'models.RoyaltyTooHigh': () => chain.api.tx.models.registerModel(METADATA, 160_000),
  };
}

chain.test('each refused call names its error and costs its transaction fee only', async () => {
  const expected = Object.entries(cases());
  const accounts: Record<string, KeyringPair> = await funded(chain.api, ...expected.map(([name]) => name));
  const books = await readBooks(chain.api);
  await Promise.all(
    expected.map(async ([name, call]) => {
      const account = accounts[name];
      assert.ok(account);
      const had = await funds(chain.api, account.address);
      const error = await submit(chain.api, call(), account).then(
        () => assert.fail(`${name}: the call succeeded`),
        (cause: unknown) => cause,
      );
      assert.ok(error instanceof DispatchFailed, `${name}: ${String(error)}`);
      assert.equal(`${error.failure.origin}.${error.failure.name}`, name);
      assert.ok(error.failure.doc.length > 10, `${name} tells how to mend it: ${error.failure.doc}`);
      assert.ok(error.fee > 0n);
      assert.deepEqual(await funds(chain.api, account.address), { free: had.free - error.fee, held: 0n }, name);
    }),
  );
  await assertBalancedSince(chain.api, books);
});

chain.test('an input above 4 KiB reaches no block and costs nothing', async () => {
  const { shouter } = await funded(chain.api, 'shouter');
  const had = await funds(chain.api, shouter.address);
  await assert.rejects(
    submit(chain.api, request({ input: compactAddLength(new Uint8Array(4097)) }), shouter),
    TransactionRefused,
  );
  assert.deepEqual(await funds(chain.api, shouter.address), had);
});

chain.test('an escrow that the account cannot hold is refused', async () => {
  const { poor } = await funded(chain.api, 'poor');
  const alice = await signer('//Alice');
  await submit(chain.api, chain.api.tx.balances.transferKeepAlive(alice.address, 996n * VOT), poor);
  await assert.rejects(submit(chain.api, request({ seats: 'Seven' }), poor), /inference\.CannotHoldFee/);
  assert.equal((await funds(chain.api, poor.address)).held, 0n);
});

chain.test('a drawn request cannot be cancelled, and settles', async () => {
  const { hasty } = await funded(chain.api, 'hasty');
  const asked = await ask(chain.api, hasty, { version: DIGITS, input: sampleOf('2').pixels });
  for await (const { event } of follow(chain.api, asked.id, asked.included.blockNumber)) {
    if (event.name === 'inference.SeatsDrawn') break;
  }
  await assert.rejects(submit(chain.api, chain.api.tx.inference.cancelRequest(asked.id), hasty), /AlreadyDrawn/);
  const life = names(await wholeLife(chain.api, asked.id, asked.included.blockNumber));
  assert.equal(life.at(-1), 'RequestFinal');
});

chain.test('a deprecated version takes no requests', async () => {
  const { owner } = await funded(chain.api, 'owner');
  const version = await publishUnserved(chain.api, owner);
  await submit(chain.api, chain.api.tx.models.deprecateVersion(version), owner);
  await assert.rejects(submit(chain.api, request({ version }), owner), /^DispatchFailed: models\.VersionDeprecated/);
});
