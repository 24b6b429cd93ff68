// A request's life, event by event, from the blocks that carry it.

import type { ApiPromise } from '@polkadot/api';
import type { u64 } from '@polkadot/types';
import { bestBlocks, type Block, branch } from './blocks.ts';
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
 * Events of the request are those that name it in a field `request`. Where the best chain changes its branch, those of
 * the new branch follow, so that an event may come twice; `wholeLife` has those that stand.
 */
export async function* follow(api: ApiPromise, id: string, from: number): AsyncGenerator<Step, void, void> {
  for await (const block of bestBlocks(api, from)) {
    const steps = await stepsOf(api, id, block);
    yield* steps;
    if (steps.some(({ event }) => isEnd(event))) return;
  }
}

/** Waits for the request's end and returns its events on the branch that has it, oldest first. */
export async function wholeLife(api: ApiPromise, id: string, from: number): Promise<Step[]> {
  for await (const { block, event } of follow(api, id, from)) {
    if (!isEnd(event)) continue;
    const steps: Step[] = [];
    for (const past of await branch(api, block, ({ number }) => number < from)) {
      steps.push(...(await stepsOf(api, id, past)));
    }
    return steps;
  }
  throw new Error(`request ${id} has no end`);
}

/** The events of request `id` in one block. */
export async function stepsOf(api: ApiPromise, id: string, block: Block): Promise<Step[]> {
  const events = (await readEvents(api, block.hash)).filter(({ fields }) => fields.request === id);
  if (events.length === 0) return [];
  const at = await api.at(block.hash);
  const timeMs = ((await at.query.timestamp.now()) as unknown as u64).toNumber();
  return events.map((event) => ({ block, timeMs, event }));
}
