// A thousand requests at once on four processes: nearly all get their answer, all end, and memory does not grow with them.

import assert from 'node:assert/strict';
import type { KeyringPair } from '@polkadot/keyring/types';
import { compactAddLength } from '@polkadot/util';
import { finalBlocks } from '@votive/examples/blocks';
import { samples } from '@votive/examples/digits-package';
import { readEvents } from '@votive/examples/events';
import { AUDIT_PER_MILLION, ONE_CALL } from '@votive/examples/request';
import { submit } from '@votive/examples/submit';
import { VOT } from '../accounts.ts';
import { assertBalancedSince, type Books, readBooks } from '../books.ts';
import { DIGITS } from '../models.ts';
import { fourValidators, TestNetwork } from '../network.ts';
import { setStage } from '../stage.ts';
import { agree, finalised } from '../steps.ts';
import { workersOf } from '../workers.ts';

const REQUESTS_EACH = 100;
const ASKERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;
/** Of a thousand: the others may wait for a free worker until their refund. */
const LEAST_ANSWERED = 990;
/**
 * What a process may own more after a thousand requests than after the first hundred. Caches fill, the trie's above all, which
 * may take 1 GiB: three thousands in a row added 91, 58 and 13 MiB, and with a trie cache of 8 MiB 55, 43 and -14.
 */
const MOST_GROWTH_MIB = 160;

let start: Books;
let warmer: KeyringPair;
let askers: KeyringPair[];
const chain = new TestNetwork(fourValidators(), async (api) => {
  start = await readBooks(api, api.genesisHash.toHex());
  const { accounts } = await setStage(api, { accounts: ['warmer', ...ASKERS] });
  warmer = accounts.warmer;
  askers = ASKERS.map((name) => accounts[name]);
});

/** Asks a hundred times with one transaction, and returns the requests' ids. */
async function askMany(account: KeyringPair): Promise<string[]> {
  const calls = Array.from({ length: REQUESTS_EACH }, (_, number) => {
    const input = compactAddLength(samples()[number % samples().length]?.pixels ?? new Uint8Array());
    return chain.api.tx.inference.submitRequest(DIGITS, input, ONE_CALL, 'One', AUDIT_PER_MILLION, VOT);
  });
  const { events } = await submit(chain.api, chain.api.tx.utility.batchAll(calls), account);
  return events.filter(({ name }) => name === 'inference.RequestSubmitted').map(({ fields }) => String(fields.request));
}

/** Asks from each of these accounts at once, and returns how each request ended, when all of that is final. */
async function answersOf(accounts: readonly KeyringPair[]): Promise<Map<string, string>> {
  const from = (await chain.api.rpc.chain.getHeader()).number.toNumber();
  const open = new Set((await Promise.all(accounts.map(askMany))).flat());
  assert.equal(open.size, accounts.length * REQUESTS_EACH, 'each has an id of its own');
  const ends = new Map<string, string>();
  for await (const { hash } of finalBlocks(chain.api, from)) {
    for (const { name, fields } of await readEvents(chain.api, hash)) {
      const id = String(fields.request);
      if (!/^inference\.Request(Final|Refunded)$/.test(name)) continue;
      assert.ok(open.has(id) && !ends.has(id), `request ${id} ends once`);
      ends.set(id, name);
    }
    if (ends.size === open.size) break;
  }
  return ends;
}

function memory(): number[] {
  return chain.network.nodes.map((node) => node.ownMiB());
}

chain.test('a thousand requests end, at least 990 with an answer, and memory stays flat', async (context) => {
  await answersOf([warmer]);
  const warm = memory();
  const started = performance.now();
  const ends = [...(await answersOf(askers)).values()];
  const seconds = Math.round((performance.now() - started) / 1000);
  const after = memory();
  const answered = ends.filter((name) => name === 'inference.RequestFinal').length;
  context.diagnostic(`${answered} of ${ends.length} answered in ${seconds} s; MiB of each process: ${warm.join()}, then ${after.join()}`);
  assert.ok(answered >= LEAST_ANSWERED, `${answered} of ${ends.length} were answered`);
  after.forEach((now, place) => {
    const grown = now - (warm[place] ?? 0);
    assert.ok(grown <= MOST_GROWTH_MIB, `${chain.node(place).name} grew by ${grown} MiB: ${warm[place]} to ${now}`);
  });
});

chain.test('nothing of them is left open, and the books balance at every node', async () => {
  const { block } = await assertBalancedSince(chain.api, start, await finalised(chain.api));
  await agree(chain.network.nodes, block);
  assert.equal((await chain.api.query.inference.requests.keys()).length, 0, 'no request is open');
  for (const { operator, locked, openSeats } of await workersOf(chain.api, DIGITS)) {
    assert.deepEqual({ locked, openSeats }, { locked: 0n, openSeats: 0 }, `the worker of ${operator} is free`);
  }
});
