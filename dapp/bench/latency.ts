// How long an answer takes: blocks and seconds from a request to its settlement, on an idle development chain of its own.
//   scripts/bench.sh latency [--check] [--requests N]

import { parseArgs } from 'node:util';
import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import { whole } from '@votive/examples/command-line';
import { signer } from '@votive/examples/connect';
import { sampleOf } from '@votive/examples/digits-package';
import { follow, isEnd } from '@votive/examples/follow';
import { ask } from '@votive/examples/request';
import { developmentNode, Network } from '../end-to-end/network.ts';
import { report, spread } from './report.ts';

const DIGITS = { model: 0, number: 1 };
const TARGET_BLOCKS = 3;
const MOST_BLOCKS = 4;

interface Latency {
  /** Height of the settlement minus height of the inclusion. */
  readonly blocks: number;
  /** From before signing to when a client has seen the settlement. */
  readonly seconds: number;
}

const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, requests: { type: 'string' } } });
const count = whole(options.requests, 100);

const network = await Network.start({ nodes: [developmentNode('latency')] });
try {
  const latencies = await measureAll(network, count);
  const within = report(`latency: ${count} requests of one seat, one after the other, on an idle development chain`, [
    ...spread('inclusion to settlement', 'blocks', latencies.map(({ blocks }) => blocks), {
      target: TARGET_BLOCKS,
      atMost: MOST_BLOCKS,
    }),
    ...spread('submission to settlement seen', 's', latencies.map(({ seconds }) => seconds)),
  ]);
  if (options.check && !within) process.exitCode = 1;
} catch (error) {
  for (const node of network.nodes) process.stderr.write(`${node.log()}\n`);
  throw error;
} finally {
  await network.stop();
}

async function measureAll({ nodes: [node] }: Network, count: number): Promise<Latency[]> {
  if (!node) throw new Error('the network has no node');
  const api = await node.connect();
  const asker = await signer('//Alice');
  const latencies: Latency[] = [];
  while (latencies.length < count) {
    const latency = await measure(api, asker);
    latencies.push(latency);
    process.stderr.write(`request ${latencies.length} of ${count}: ${latency.blocks} blocks, ${latency.seconds.toFixed(1)} s\n`);
  }
  return latencies;
}

/** Asks once and waits for the request's end, so that the chain is idle again. */
async function measure(api: ApiPromise, asker: KeyringPair): Promise<Latency> {
  const started = performance.now();
  const { id, included } = await ask(api, asker, { version: DIGITS, input: sampleOf('7').pixels });
  let latency: Latency | undefined;
  for await (const { block, event } of follow(api, id, included.blockNumber)) {
    if (event.name === 'inference.RequestSettled') {
      latency = { blocks: block.number - included.blockNumber, seconds: (performance.now() - started) / 1000 };
    }
    if (isEnd(event) && !latency) throw new Error(`request ${id} ended without an answer: ${event.name}`);
  }
  if (!latency) throw new Error(`request ${id} never settled`);
  return latency;
}
