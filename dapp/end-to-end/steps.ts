// What tests wait for and look at.

import type { ApiPromise } from '@polkadot/api';
import type { Step } from '@votive/examples/follow';

/** Names of the events of a request's life, without their pallet. */
export function names(steps: readonly Step[]): string[] {
  return steps.map(({ event }) => event.name.replace(/^inference\./, ''));
}

/** Waits until the present best block is final. */
export async function finalised(api: ApiPromise): Promise<void> {
  const best = (await api.rpc.chain.getHeader()).number.toNumber();
  let unsubscribe: () => void = () => undefined;
  await new Promise<void>((resolve, reject) => {
    api.rpc.chain
      .subscribeFinalizedHeads((head) => {
        if (head.number.toNumber() >= best) resolve();
      })
      .then((stop) => (unsubscribe = stop), reject);
  });
  unsubscribe();
}
