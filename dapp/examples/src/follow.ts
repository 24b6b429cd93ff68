// A request's life, event by event, from the blocks that carry it.

import type { ApiPromise } from '@polkadot/api';
import type { u64 } from '@polkadot/types';
import { bestBlocks, type Block } from './blocks.ts';
import { type ChainEvent, readEvents } from './events.ts';

/** One event of a request's life. */
export interface Step {
  readonly block: Block;
  /** The block's own time, in milliseconds since 1970. */
  readonly timeMs: number;
  readonly event: ChainEvent;
}

/** Events after which nothing more happens to a request. */
const ENDS = ['inference.RequestFinal', 'inference.RequestRefunded'];

/** Whether the request ends with this event. */
export function isEnd(event: ChainEvent): boolean {
  return ENDS.includes(event.name);
}

/**
 * The events of request `id` from block `from` on, as the best chain brings them, up to the end of its last block.
 *
 * Events of the request are those that name it in a field `request`.
 */
export async function* follow(api: ApiPromise, id: string, from: number): AsyncGenerator<Step, void, void> {
  for await (const block of bestBlocks(api, from)) {
    const events = (await readEvents(api, block.hash)).filter(({ fields }) => fields.request === id);
    if (events.length === 0) continue;
    const timeMs = await blockTime(api, block.hash);
    for (const event of events) yield { block, timeMs, event };
    if (events.some(isEnd)) return;
  }
}

async function blockTime(api: ApiPromise, hash: string): Promise<number> {
  const at = await api.at(hash);
  return ((await at.query.timestamp.now()) as unknown as u64).toNumber();
}
