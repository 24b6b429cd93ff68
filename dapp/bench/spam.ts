// What invalid transactions cost: the blocks and answers of a chain whose only author gets 10,000 of them a minute.
//   scripts/bench.sh spam [--check] [--seconds N] [--items N]
//
// One peer sends them all, straight into the author's own pool, which must check each: a node in between would refuse them
// before. Quiet and loud quarters take turns (quiet, loud, loud, quiet), so that what else slows the machine strikes both
// alike. Requests are asked all the while, one after the other, through another node.

import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import { whole } from '@votive/examples/command-line';
import { signer } from '@votive/examples/connect';
import { sampleOf } from '@votive/examples/digits-package';
import { follow, isEnd } from '@votive/examples/follow';
import { ask } from '@votive/examples/request';
import { Adversary, type SpamCount } from '../end-to-end/adversary.ts';
import type { ChainNode } from '../end-to-end/chain-node.ts';
import { DIGITS } from '../end-to-end/models.ts';
import { developmentNode, type Network } from '../end-to-end/network.ts';
import { measureOn } from './measure.ts';
import { type Figure, report, spread } from './report.ts';

const PER_MINUTE = 10_000;
/** The blocks that must come under spam, in percent of those that come without. */
const LEAST_BLOCKS = 90;

const { values: options } = parseArgs({
  options: { check: { type: 'boolean' }, seconds: { type: 'string' }, items: { type: 'string' } },
});
/** How long is measured with spam, and how long without. */
const seconds = whole(options.seconds, 60);
/** Items of the bundles that name requests that never were: 64, the most, cost the check the most. */
const items = whole(options.items, 64);

/** What was measured of the quarters of one kind. */
interface Measured {
  blocks: number;
  /** From before signing to the settlement seen, in seconds. */
  readonly latencies: number[];
  readonly spam: SpamCount[];
}

await measureOn({ nodes: [developmentNode('author'), { name: 'door', flags: [] }] }, options.check, async (network) => {
  const { quiet, loud } = await measureAll(network);
  const within = report(
    `spam: ${PER_MINUTE} invalid transactions a minute to the only author, ${seconds} s with and ${seconds} s without`,
    figures(quiet, loud),
  );
  console.log(`\n  refused: ${JSON.stringify(reasons(loud.spam))}`);
  return within;
});

async function measureAll({ nodes: [author, door] }: Network): Promise<{ quiet: Measured; loud: Measured }> {
  if (!author || !door) throw new Error('the network has two nodes');
  const [authorApi, doorApi, asker] = [await author.connect(), await door.connect(), await signer('//Alice')];
  const [quiet, loud]: [Measured, Measured] = [none(), none()];
  // The first request loads the package; it is not measured.
  await latency(doorApi, asker);
  for (const measured of [quiet, loud, loud, quiet]) {
    const spam = measured === loud ? flood(author) : undefined;
    const [blocks] = await Promise.all([blocksIn(authorApi, seconds / 2), askFor(doorApi, asker, seconds / 2, measured)]);
    measured.blocks += blocks;
    if (spam) measured.spam.push(await spam.spamCount());
    process.stderr.write(`${spam ? 'loud' : 'quiet'}: ${blocks} blocks in ${seconds / 2} s\n`);
  }
  return { quiet, loud };
}

function none(): Measured {
  return { blocks: 0, latencies: [], spam: [] };
}

/** Half of the spam. The key is that of the chain's only worker, so that each check goes as far as it can. */
function flood(author: ChainNode): Adversary {
  const count = Math.round((PER_MINUTE * seconds) / 120);
  const deed = ['spam', '--count', `${count}`, '--seconds', `${seconds / 2}`, '--items', `${items}`];
  return Adversary.start(author, '//Alice//worker//1', ...deed);
}

/** How many blocks come in so many seconds. */
async function blocksIn(api: ApiPromise, duration: number): Promise<number> {
  const height = async (): Promise<number> => (await api.rpc.chain.getHeader()).number.toNumber();
  const before = await height();
  await pause(duration * 1_000);
  return (await height()) - before;
}

/** Asks one request after the other for so many seconds, and ends with the last one. */
async function askFor(api: ApiPromise, asker: KeyringPair, duration: number, { latencies }: Measured): Promise<void> {
  for (const end = performance.now() + duration * 1_000; performance.now() < end; ) {
    latencies.push(await latency(api, asker));
  }
}

async function latency(api: ApiPromise, asker: KeyringPair): Promise<number> {
  const started = performance.now();
  const { id, included } = await ask(api, asker, { version: DIGITS, input: sampleOf('7').pixels });
  let settled: number | undefined;
  for await (const { event } of follow(api, id, included.blockNumber)) {
    if (event.name === 'inference.RequestSettled') settled = (performance.now() - started) / 1_000;
    if (isEnd(event) && settled === undefined) throw new Error(`request ${id} ended without an answer: ${event.name}`);
  }
  if (settled === undefined) throw new Error(`request ${id} never settled`);
  return settled;
}

function figures(quiet: Measured, loud: Measured): Figure[] {
  const sum = (part: 'accepted' | 'refused' | 'unanswered'): number =>
    loud.spam.reduce((total, count) => total + count[part], 0);
  return [
    { what: 'blocks without spam', unit: '', measured: quiet.blocks },
    { what: 'blocks with spam', unit: '', measured: loud.blocks },
    {
      what: 'blocks with spam, of those without',
      unit: '%',
      measured: (100 * loud.blocks) / quiet.blocks,
      target: 100,
      atLeast: LEAST_BLOCKS,
    },
    { what: 'invalid transactions refused', unit: '', measured: sum('refused') },
    { what: 'invalid transactions accepted', unit: '', measured: sum('accepted'), target: 0, atMost: 0 },
    { what: 'invalid transactions without an answer', unit: '', measured: sum('unanswered'), target: 0, atMost: 0 },
    ...spread('submission to settlement without spam', 's', quiet.latencies),
    ...spread('submission to settlement with spam', 's', loud.latencies),
  ];
}

function reasons(counts: readonly SpamCount[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const [reason, count] of counts.flatMap((spam) => Object.entries(spam.reasons))) {
    all[reason] = (all[reason] ?? 0) + count;
  }
  return all;
}
