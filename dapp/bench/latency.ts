// How long an answer takes: blocks and seconds from a request to its settlement, on an idle chain of its own: a development
// chain, or with --network four processes of the chain `local`, and there with one seat and with three.
//   scripts/bench.sh latency [--network] [--check] [--requests N]

import { parseArgs } from 'node:util';
import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import { whole } from '@votive/examples/command-line';
import { signer } from '@votive/examples/connect';
import { sampleOf } from '@votive/examples/digits-package';
import { follow, isEnd } from '@votive/examples/follow';
import { ask, type Seats } from '@votive/examples/request';
import { DIGITS } from '../end-to-end/models.ts';
import { developmentNode, fourValidators, type Network } from '../end-to-end/network.ts';
import { measureOn } from './measure.ts';
import { type Figure, report, spread } from './report.ts';

const TARGET_BLOCKS = 3;
const MOST_BLOCKS = 4;

interface Latency {
  /** Height of the settlement minus height of the inclusion. */
  readonly blocks: number;
  /** From before signing to when a client has seen the settlement. */
  readonly seconds: number;
}

const { values: options } = parseArgs({
  options: { network: { type: 'boolean' }, check: { type: 'boolean' }, requests: { type: 'string' } },
});
const count = whole(options.requests, 100);
const committees: readonly Seats[] = options.network ? ['One', 'Three'] : ['One'];
const where = options.network ? 'an idle network of four processes, for each number of seats' : 'an idle development chain';

const plan = options.network ? fourValidators() : { nodes: [developmentNode('latency')] as const };
await measureOn(plan, options.check, async (network) => {
  const figures: Figure[] = [];
  for (const seats of committees) figures.push(...(await measureAll(network, seats)));
  return report(`latency: ${count} requests, one after the other, on ${where}`, figures);
});

/** Asks `count` times, one request after the other, and returns the spread of what they took. */
async function measureAll({ nodes: [node] }: Network, seats: Seats): Promise<Figure[]> {
  if (!node) throw new Error('the network has no node');
  const asker = await signer('//Alice');
  const latencies: Latency[] = [];
  while (latencies.length < count) {
    const latency = await measure(node.api, asker, seats);
    latencies.push(latency);
    const took = `${latency.blocks} blocks, ${latency.seconds.toFixed(1)} s`;
    process.stderr.write(`seats ${seats}, request ${latencies.length} of ${count}: ${took}\n`);
  }
  const bounds = { target: TARGET_BLOCKS, atMost: MOST_BLOCKS };
  return [
    ...spread(`seats ${seats}: inclusion to settlement`, 'blocks', latencies.map(({ blocks }) => blocks), bounds),
    ...spread(`seats ${seats}: submission to settlement seen`, 's', latencies.map(({ seconds }) => seconds)),
  ];
}

/** Asks once and waits for the request's end, so that the chain is idle again. */
async function measure(api: ApiPromise, asker: KeyringPair, seats: Seats): Promise<Latency> {
  const started = performance.now();
  const { id, included } = await ask(api, asker, { version: DIGITS, input: sampleOf('7').pixels, seats });
  let submitted = included.blockNumber;
  let latency: Latency | undefined;
  for await (const { block, event } of follow(api, id, included.blockNumber)) {
    // Where a fork undid the request's block, its events come once more: the last ones count.
    if (event.name === 'inference.RequestSubmitted') submitted = block.number;
    if (event.name === 'inference.RequestSettled') {
      latency = { blocks: block.number - submitted, seconds: (performance.now() - started) / 1000 };
    }
    if (isEnd(event) && !latency) throw new Error(`request ${id} ended without an answer: ${event.name}`);
  }
  if (!latency) throw new Error(`request ${id} never settled`);
  return latency;
}
