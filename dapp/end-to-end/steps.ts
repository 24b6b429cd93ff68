// What tests wait for and look at: always an event or a block, never a time.

import assert from 'node:assert/strict';
import type { ApiPromise } from '@polkadot/api';
import { bestBlocks, type Block, finalBlocks } from '@votive/examples/blocks';
import { follow, isEnd, type Step, stepsOf } from '@votive/examples/follow';
import { readReceipt, type Receipt } from '@votive/examples/records';
import type { Asked } from '@votive/examples/request';
import { assertBalanced, readBooks } from './books.ts';
import type { ChainNode } from './chain-node.ts';

/** Names of the events of a request's life, without their pallet. */
export function names(steps: readonly Step[]): string[] {
  return steps.map(({ event }) => event.name.replace(/^inference\./, ''));
}

/** The names without the payments, whose number depends on the seats. */
export function namesUnpaid(steps: readonly Step[]): string[] {
  return names(steps).filter((name) => !/Paid$/.test(name));
}

/** Waits until a best block has a step of a request, of one operator where one is named. */
export async function reaches(api: ApiPromise, asked: Asked, name: string, operator?: string): Promise<Step> {
  for await (const step of follow(api, asked.id, asked.included.blockNumber)) {
    if (step.event.name !== `inference.${name}`) continue;
    if (operator === undefined || step.event.fields.operator === operator) return step;
  }
  throw new Error(`request ${asked.id} ended without ${name}${operator ? ` of ${operator}` : ''}`);
}

/** A fork may have undone the block that had a request, and another one nearby has it instead. */
const FORK_BLOCKS = 8;

/** Waits until a request's end is final, and returns its events on the final chain, oldest first. */
export async function finalLife(api: ApiPromise, { id, included }: Asked): Promise<Step[]> {
  const life: Step[] = [];
  for await (const block of finalBlocks(api, Math.max(1, included.blockNumber - FORK_BLOCKS))) {
    life.push(...(await stepsOf(api, id, block)));
    if (life.some(({ event }) => isEnd(event))) return life;
  }
  throw new Error(`request ${id} has no end`);
}

/** Operators that events of a name tell of, in their order. */
export function operatorsOf(life: readonly Step[], name: string): string[] {
  return life.filter(({ event }) => event.name === `inference.${name}`).map(({ event }) => String(event.fields.operator));
}

/** The block in which a request's life ended. */
export function endOf(life: readonly Step[]): number {
  const last = life.at(-1);
  assert.ok(last && isEnd(last.event), 'a whole life has an end');
  return last.block.number;
}

/** Waits for the first best block, from the present one on, in which `look` finds something. */
export async function until<Found>(api: ApiPromise, look: (block: Block) => Promise<Found | undefined>): Promise<Found> {
  const from = (await api.rpc.chain.getHeader()).number.toNumber();
  for await (const block of bestBlocks(api, from)) {
    const found = await look(block);
    if (found !== undefined) return found;
  }
  throw new Error('the chain ended');
}

/** Waits until block `number` is final at a node, or else its present best block. Returns the hash of the final one. */
export async function finalised(api: ApiPromise, number?: number): Promise<string> {
  const awaited = number ?? (await api.rpc.chain.getHeader()).number.toNumber();
  let unsubscribe: () => void = () => undefined;
  await new Promise<void>((resolve, reject) => {
    api.rpc.chain
      .subscribeFinalizedHeads((head) => {
        if (head.number.toNumber() >= awaited) resolve();
      })
      .then((stop) => (unsubscribe = stop), reject);
  });
  unsubscribe();
  return (await api.rpc.chain.getBlockHash(awaited)).toHex();
}

/** Waits until block `number` is final at every node, and checks that it is one block and that its books balance. */
export async function agree(nodes: readonly ChainNode[], number: number): Promise<void> {
  const hashes = await Promise.all(nodes.map(({ api }) => finalised(api, number)));
  assert.deepEqual(new Set(hashes), new Set(hashes.slice(0, 1)), `block ${number} is the same at every node`);
  await Promise.all(nodes.map(async ({ api }, position) => assertBalanced(await readBooks(api, hashes[position]))));
}

/** The receipt of an ended request, which every node has, the same everywhere. */
export async function agreedReceipt(nodes: readonly ChainNode[], id: string): Promise<Receipt> {
  const [receipt, ...others] = await Promise.all(nodes.map(({ api }) => readReceipt(api, id)));
  assert.ok(receipt, `request ${id} has a receipt`);
  for (const other of others) assert.deepEqual(other, receipt, 'every node has the same receipt');
  return receipt;
}
