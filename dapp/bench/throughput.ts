// How many requests a second a chain carries through their whole life, beside plain transfers on the same node in the same
// run. On one node, with the preset `throughput`.
//   scripts/bench.sh throughput [--check] [--seconds N] [--rate N]

import { parseArgs } from 'node:util';
import type { ApiPromise } from '@polkadot/api';
import type { SubmittableExtrinsic } from '@polkadot/api/types';
import { Keyring } from '@polkadot/keyring';
import type { KeyringPair } from '@polkadot/keyring/types';
import { compactAddLength, u8aToHex } from '@polkadot/util';
import { whole } from '@votive/examples/command-line';
import { bestBlocks } from '@votive/examples/blocks';
import { signer } from '@votive/examples/connect';
import { sampleOf } from '@votive/examples/digits-package';
import { readEvents } from '@votive/examples/events';
import { AUDIT_PER_MILLION, ONE_CALL } from '@votive/examples/request';
import { submit } from '@votive/examples/submit';
import { VOT } from '../end-to-end/accounts.ts';
import { assertBalancedSince, readBooks } from '../end-to-end/books.ts';
import { DIGITS } from '../end-to-end/models.ts';
import { measureOn } from './measure.ts';
import { report } from './report.ts';

const SLOT_SECONDS = 3;
const WORKERS = 32;
const SENDERS = 64;
const TARGET_PER_SECOND = 300;

/** Blocks without a transaction, one after the other, after which nothing of the load is left. */
const QUIET_BLOCKS = 5;
const QUIET_EVENTS = 8;

const { values: options } = parseArgs({
  options: { check: { type: 'boolean' }, seconds: { type: 'string' }, rate: { type: 'string' } },
});
const seconds = whole(options.seconds, 60);
const rate = whole(options.rate, 400);

/** What went into the blocks of one load. */
interface Carried {
  /** Of the blocks in which the load was steady: the first and the last that had any are left out. */
  readonly perSecond: number;
  readonly count: number;
  /** Weight of the fullest block, in seconds: normal transactions, and hooks. */
  readonly normal: number;
  readonly hooks: number;
}

const POOLS = ['--pool-limit', '65536', '--pool-kbytes', '262144', '--inference-queue', '4096'];
const NODE = { name: 'throughput', flags: ['--alice', '--validator', '--force-authoring', ...POOLS] };

await measureOn({ chain: 'throughput', nodes: [NODE] }, options.check, async (network) => {
  const [node] = network.nodes;
  if (!node) throw new Error('the network has no node');
  const api = await node.connect();
  await insertWorkerKeys(api);
  const senders = await fund(api);
  const transfers = await carry(api, senders, 'balances.Transfer', () => api.tx.balances.transferKeepAlive(senders[0]!.address, 1n));
  const books = await readBooks(api);
  const input = compactAddLength(sampleOf('7').pixels);
  const requests = await carry(api, senders, 'inference.RequestFinal', () =>
    api.tx.inference.submitRequest(DIGITS, input, ONE_CALL, 'One', AUDIT_PER_MILLION, 10n * VOT),
  );
  await assertBalancedSince(api, books);
  return report(`throughput: ${rate} a second offered for ${seconds} s, one node, ${WORKERS} workers, ${SLOT_SECONDS} s blocks`, [
    { what: 'balances.transfer_keep_alive', unit: '/s', measured: transfers.perSecond },
    { what: 'requests of one seat, submitted to final', unit: '/s', measured: requests.perSecond, target: TARGET_PER_SECOND, atLeast: TARGET_PER_SECOND },
    { what: 'requests to transfers', unit: '', measured: requests.perSecond / transfers.perSecond },
    { what: 'requests that were final', unit: `of ${seconds * rate}`, measured: requests.count, atLeast: Math.floor(0.99 * seconds * rate) },
    { what: 'fullest block, transactions', unit: 's of 1.5 s', measured: requests.normal },
    { what: 'fullest block, hooks', unit: 's of 0.6 s', measured: requests.hooks },
  ]);
});

/** The node has the keys of the first two workers by its seed; the others are inserted as an operator would. */
async function insertWorkerKeys(api: ApiPromise): Promise<void> {
  const keyring = new Keyring({ type: 'ed25519' });
  for (let number = 1; number <= WORKERS; number += 1) {
    const seed = `//Alice//worker//${number}`;
    await api.rpc.author.insertKey('infr', seed, u8aToHex(keyring.createFromUri(seed).publicKey));
  }
}

async function fund(api: ApiPromise): Promise<KeyringPair[]> {
  const senders = await Promise.all(Array.from({ length: SENDERS }, (_, number) => signer(`//throughput//${number}`)));
  const gifts = senders.map(({ address }) => api.tx.balances.transferKeepAlive(address, 5_000n * VOT));
  await submit(api, api.tx.utility.batchAll(gifts), await signer('//Alice'));
  return senders;
}

/** Offers `rate` calls a second for `seconds`, waits until all are through, and counts the events named `done`. */
async function carry(
  api: ApiPromise,
  senders: readonly KeyringPair[],
  done: string,
  call: () => SubmittableExtrinsic<'promise'>,
): Promise<Carried> {
  const total = seconds * rate;
  process.stderr.write(`signing ${total} transactions\n`);
  const signed = await signAll(api, senders, total, call);
  const first = (await api.rpc.chain.getHeader()).number.toNumber() + 1;
  const started = performance.now();
  for (const [index, transaction] of signed.entries()) {
    const early = (index / rate) * 1000 - (performance.now() - started);
    if (early > 5) await new Promise((resolve) => setTimeout(resolve, early));
    void api.rpc.author.submitExtrinsic(transaction).catch((error: Error) => process.stderr.write(`refused: ${error.message}\n`));
  }
  return count(api, first, await quiet(api), done);
}

/** Signs ahead, so that the client's own work does not slow the load. */
async function signAll(
  api: ApiPromise,
  senders: readonly KeyringPair[],
  total: number,
  call: () => SubmittableExtrinsic<'promise'>,
): Promise<string[]> {
  const nonces = await Promise.all(senders.map(async ({ address }) => (await api.rpc.system.accountNextIndex(address)).toNumber()));
  const common = { blockHash: api.genesisHash, genesisHash: api.genesisHash, runtimeVersion: api.runtimeVersion };
  return Array.from({ length: total }, (_, index) => {
    const sender = index % senders.length;
    const nonce = nonces[sender]!;
    nonces[sender] = nonce + 1;
    return call().sign(senders[sender]!, { ...common, era: api.createType('ExtrinsicEra'), nonce }).toHex();
  });
}

/** Waits until the load is through; returns the height. Reads no events, which would cost the node's cores. */
async function quiet(api: ApiPromise): Promise<number> {
  let idle = 0;
  for await (const { hash, number } of bestBlocks(api, (await api.rpc.chain.getHeader()).number.toNumber())) {
    const events = (await (await api.at(hash)).query.system.eventCount()) as unknown as { toNumber(): number };
    idle = events.toNumber() <= QUIET_EVENTS ? idle + 1 : 0;
    if (idle >= QUIET_BLOCKS) return number;
  }
  throw new Error('the chain ended');
}

/** Counts the events named `done` of the blocks from `first` to `last`. */
async function count(api: ApiPromise, first: number, last: number, done: string): Promise<Carried> {
  const perBlock: number[] = [];
  let [normal, hooks] = [0, 0];
  for (let number = first; number <= last; number += 1) {
    const hash = (await api.rpc.chain.getBlockHash(number)).toHex();
    const seen = (await readEvents(api, hash)).filter(({ name }) => name === done).length;
    const weight = await weightOf(api, hash);
    [normal, hooks] = [Math.max(normal, weight.normal), Math.max(hooks, weight.hooks)];
    process.stderr.write(`block ${number}: ${seen} ${done}, ${weight.normal.toFixed(2)} s + ${weight.hooks.toFixed(2)} s\n`);
    perBlock.push(seen);
  }
  const total = perBlock.reduce((sum, seen) => sum + seen, 0);
  const busy = [...perBlock];
  while (busy.at(0) === 0) busy.shift();
  while (busy.at(-1) === 0) busy.pop();
  const steady = busy.length > 4 ? busy.slice(1, -1) : busy;
  const perSecond = steady.reduce((sum, seen) => sum + seen, 0) / (steady.length * SLOT_SECONDS);
  return { perSecond, count: total, normal, hooks };
}

async function weightOf(api: ApiPromise, hash: string): Promise<{ normal: number; hooks: number }> {
  const weight = (await (await api.at(hash)).query.system.blockWeight()) as unknown as Record<'normal' | 'mandatory', { refTime: { toNumber(): number } }>;
  const picosecond = 1e-12;
  return { normal: weight.normal.refTime.toNumber() * picosecond, hooks: weight.mandatory.refTime.toNumber() * picosecond };
}
