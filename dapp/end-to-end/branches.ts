// Branches of a chain that two nodes have apart from each other, and what workers committed to on them.

import type { ApiPromise } from '@polkadot/api';
import { type Block, branch } from '@votive/examples/blocks';
import { readEvents } from '@votive/examples/events';
import { committeeAt } from './workers.ts';

/** A commit in a block. */
export interface Commit {
  /** The seat: request, attempt and operator. */
  readonly seat: string;
  readonly commitment: string;
}

/** The number of the last block that the best chains of two nodes share. */
export async function lastShared(one: ApiPromise, other: ApiPromise): Promise<number> {
  const heads = await Promise.all([one.rpc.chain.getHeader(), other.rpc.chain.getHeader()]);
  for (let number = Math.min(...heads.map((head) => head.number.toNumber())); ; number -= 1) {
    const [here, there] = await Promise.all([one.rpc.chain.getBlockHash(number), other.rpc.chain.getBlockHash(number)]);
    if (here.eq(there)) return number;
  }
}

/** The blocks of a node's best chain above block `number`, oldest first. */
export async function blocksAbove(api: ApiPromise, number: number): Promise<Block[]> {
  const head = await api.rpc.chain.getHeader();
  const newest = { number: head.number.toNumber(), hash: head.hash.toHex() };
  return branch(api, newest, (block) => block.number <= number);
}

/** Every commit in these blocks. */
export async function commitsIn(api: ApiPromise, blocks: readonly Block[]): Promise<Commit[]> {
  const commits: Commit[] = [];
  for (const { hash } of blocks) {
    for (const { name, fields } of await readEvents(api, hash)) {
      if (name !== 'inference.Committed') continue;
      const [request, attempt, operator] = [String(fields.request), Number(fields.attempt), String(fields.operator)];
      const [seat] = await committeeAt(api, hash, request, operator);
      commits.push({ seat: `${request} ${attempt} ${operator}`, commitment: seat?.commitment ?? 'none' });
    }
  }
  return commits;
}
