// Waiting for what no event of the chain tells: a line in a log, a process.

import { setTimeout as pause } from 'node:timers/promises';

/** Looks until there is something, and returns it. The test's own time limit ends the wait. */
export async function becomes<Found>(look: () => Found | undefined): Promise<Found> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await pause(50);
  }
}
