// The best chain as an async iterator: every block once, also those that no notification named.

import type { ApiPromise } from '@polkadot/api';
import type { Header } from '@polkadot/types/interfaces';

/** A block of the best chain. */
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
export async function* bestBlocks(api: ApiPromise, from: number): AsyncGenerator<Block, never, void> {
  const seen = new Map<number, string>();
  const heads: Header[] = [];
  let wake: () => void = () => undefined;
  const lost = (): void => wake();
  api.on('disconnected', lost);
  const unsubscribe = await api.rpc.chain.subscribeNewHeads((head) => {
    heads.push(head);
    wake();
  });
  try {
    for (;;) {
      const head = heads.shift();
      if (head) {
        for (const block of await newBranch(api, head, from, seen)) {
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

/** Blocks from `head` back to the last one seen, oldest first. */
async function newBranch(api: ApiPromise, head: Header, from: number, seen: Map<number, string>): Promise<Block[]> {
  const branch: Block[] = [];
  let number = head.number.toNumber();
  let hash = head.hash.toHex();
  while (number >= from && seen.get(number) !== hash) {
    branch.unshift({ number, hash });
    hash = (await api.rpc.chain.getHeader(hash)).parentHash.toHex();
    number -= 1;
  }
  return branch;
}
