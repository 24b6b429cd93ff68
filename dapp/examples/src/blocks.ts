// The best and the final chain as async iterators: every block, also those that no notification named.

import type { ApiPromise } from '@polkadot/api';
import type { Header } from '@polkadot/types/interfaces';

/** A block. */
export interface Block {
  readonly number: number;
  readonly hash: string;
}

/** How far back a reorganisation is followed. */
const KEPT_BLOCKS = 256;

/**
 * Blocks of the best chain from number `from` on, without an end.
 *
 * After a reorganisation it goes on with the first block of the new branch, so a number may come twice.
 * Throws when the connection ends.
 */
export function bestBlocks(api: ApiPromise, from: number): AsyncGenerator<Block, never, void> {
  return blocks(api, from, (take) => api.rpc.chain.subscribeNewHeads(take));
}

/** Blocks of the final chain from number `from` on, without an end. Throws when the connection ends. */
export function finalBlocks(api: ApiPromise, from: number): AsyncGenerator<Block, never, void> {
  return blocks(api, from, (take) => api.rpc.chain.subscribeFinalizedHeads(take));
}

type Subscribe = (take: (head: Header) => void) => Promise<() => void>;

async function* blocks(api: ApiPromise, from: number, subscribe: Subscribe): AsyncGenerator<Block, never, void> {
  const seen = new Map<number, string>();
  const heads: Header[] = [];
  let wake: () => void = () => undefined;
  const lost = (): void => wake();
  api.on('disconnected', lost);
  const unsubscribe = await subscribe((head) => {
    heads.push(head);
    wake();
  });
  try {
    for (;;) {
      const head = heads.shift();
      if (head) {
        const newest = { number: head.number.toNumber(), hash: head.hash.toHex() };
        for (const block of await branch(api, newest, ({ number, hash }) => number < from || seen.get(number) === hash)) {
          seen.set(block.number, block.hash);
          seen.delete(block.number - KEPT_BLOCKS);
          yield block;
        }
      } else if (!api.isConnected) {
        throw new Error('the connection to the chain ended');
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } finally {
    api.off('disconnected', lost);
    if (api.isConnected) unsubscribe();
  }
}

/** The blocks from `newest` back to the first one that `isKnown`, without that one, oldest first. */
export async function branch(api: ApiPromise, newest: Block, isKnown: (block: Block) => boolean): Promise<Block[]> {
  const blocks: Block[] = [];
  for (let block = newest; !isKnown(block); ) {
    blocks.unshift(block);
    const { parentHash } = await api.rpc.chain.getHeader(block.hash);
    block = { number: block.number - 1, hash: parentHash.toHex() };
  }
  return blocks;
}
