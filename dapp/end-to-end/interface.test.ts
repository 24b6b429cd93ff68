// What a polkadot.js client sees of the chain: no custom types, no custom RPC, nothing unknown.

import assert from 'node:assert/strict';
import { ApiPromise, WsProvider } from '@polkadot/api';
import { findUnknownExtensions } from '@polkadot/types/extrinsic/signedExtensions';
import { developmentNode, TestNetwork } from './network.ts';

/** Namespaces of a Substrate node's RPC. */
const STANDARD_RPC = [
  ...['account', 'archive', 'author', 'babe', 'bitswap', 'chain', 'chainHead', 'chainSpec', 'childstate', 'grandpa'],
  ...['offchain', 'payment', 'rpc', 'state', 'subscribe', 'system', 'transaction', 'transactionWatch', 'unsubscribe'],
];

const chain = new TestNetwork({ nodes: [developmentNode('interface')] });

chain.test('the only extension that polkadot.js does not know is the empty AuthorizeCall', async () => {
  const { registry, runtimeMetadata } = chain.api;
  assert.deepEqual(findUnknownExtensions(registry.signedExtensions), ['AuthorizeCall']);
  assert.equal(registry.signedExtensions[0], 'AuthorizeCall');
  const extension = runtimeMetadata.asLatest.extrinsic.transactionExtensions[0];
  assert.ok(extension);
  assert.equal(registry.createType(registry.createLookupType(extension.type)).encodedLength, 0);
});

chain.test('polkadot.js warns of nothing else', async (context) => {
  const warn = context.mock.method(console, 'warn', () => undefined);
  const api = await ApiPromise.create({ provider: new WsProvider(chain.node().url) });
  await api.disconnect();
  const warnings = warn.mock.calls.map((call) => call.arguments.join(' '));
  const expected = /Unknown signed extensions AuthorizeCall found|RPC methods not decorated/;
  assert.deepEqual(warnings.filter((warning) => !expected.test(warning)), []);
});

chain.test('the node offers no RPC of its own', async () => {
  const methods = (await chain.api.rpc.rpc.methods()).methods.map(String);
  const spaces = new Set(methods.map((method) => method.split('_')[0]));
  assert.deepEqual([...spaces].filter((space) => space && !STANDARD_RPC.includes(space)), []);
});

chain.test('metadata is offered in versions 14, 15 and 16', async () => {
  const versions = (await chain.api.call.metadata.metadataVersions()).toJSON() as number[];
  for (const version of [14, 15, 16]) assert.ok(versions.includes(version), `version ${version} of ${versions}`);
});

chain.test('every read of the runtime API is there by its name', async () => {
  const reads = ['quote', 'request', 'receipt', 'answer', 'openSeats', 'models', 'model', 'workers', 'worker'];
  for (const read of reads) assert.equal(typeof chain.api.call.inferenceApi[read], 'function', read);
});

chain.test('every error of the pallets has a text that says more than its name', async () => {
  for (const errors of [chain.api.errors.models, chain.api.errors.workers, chain.api.errors.inference]) {
    for (const [name, error] of Object.entries(errors)) {
      const text = error.meta.docs.join(' ').trim();
      assert.ok(text.length > 10, `${name}: "${text}"`);
    }
  }
});
