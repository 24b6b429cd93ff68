// The example programs and the demo, run as a reader of their README would.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { signer } from '@votive/examples/connect';
import { assertBalancedSince, type Books, readBooks } from './books.ts';
import { developmentNode, TestNetwork } from './network.ts';

const EXAMPLES = fileURLToPath(new URL('../examples', import.meta.url));
let start: Books;
const chain = new TestNetwork({ nodes: [developmentNode('examples')] }, async (api) => {
  start = await readBooks(api);
});

/** Runs a program against the network and returns what it printed. */
async function run(program: string, ...given: string[]): Promise<string> {
  const command = ['--import', 'tsx', `src/${program}.ts`, '--url', chain.node().url, ...given];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: EXAMPLES, timeout: 120_000 });
  return stdout;
}

chain.test('register-model, then transfer-model', async () => {
  const registered = await run('register-model', '--name', 'Digits of mine', '--signer', '//Ferdie');
  const model = /^model (\d+) registered/m.exec(registered)?.[1];
  assert.ok(model, registered);
  assert.match(registered, /version 1 published/);
  const bob = (await signer('//Bob')).address;
  assert.match(await run('transfer-model', model, '//Bob', '--signer', '//Ferdie'), new RegExp(bob));
  const view = (await chain.api.call.inferenceApi.model(Number(model))).toJSON() as { owner: string };
  assert.equal(view.owner, bob);
});

chain.test('ask, then read-receipt', async () => {
  const asked = await run('ask', '--digit', '4', '--signer', '//Eve');
  assert.match(asked, /it is a 4, says the model/);
  const id = /request (0x[0-9a-f]{64})/.exec(asked)?.[1];
  assert.ok(id, asked);
  const receipt = await run('read-receipt', id);
  assert.equal(receipt.match(/same on this machine/g)?.length, 2, receipt);
});

chain.test('the demo checks its receipt with votive-engine', async () => {
  const shown = await run('demo', '--digit', '7');
  for (const part of [/model +digits \(model 0, version 1\)/, /request .*0x[0-9a-f]{64}/, /seat .*weight/, /answer +7/, /digest +0x/]) {
    assert.match(shown, part);
  }
  assert.match(shown, /settled +\d+ blocks/);
  assert.match(shown, /"votive-engine run" computed the same answer hash and digest/);
});

chain.test('a program says in one line what is wrong, and ends with 1', async () => {
  const failure = await run('transfer-model', '4000', '//Bob').catch((error: { code: number; stderr: string }) => error);
  assert.ok(typeof failure === 'object');
  assert.equal(failure.code, 1);
  assert.match(failure.stderr, /^models\.UnknownModel: .+\n$/);
});

chain.test('the books balance after all of it', async () => {
  await assertBalancedSince(chain.api, start);
});
