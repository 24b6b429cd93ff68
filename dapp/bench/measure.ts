// Runs a benchmark on a network of its own, and ends it whatever happens.

import { Network, type NetworkPlan } from '../end-to-end/network.ts';

/**
 * Starts the network, measures, and stops it. `measure` returns whether all figures are within their bounds; with `check`
 * the exit code is 1 where they are not. Where it fails, the nodes' logs are shown.
 */
export async function measureOn(
  plan: NetworkPlan,
  check: boolean | undefined,
  measure: (network: Network) => Promise<boolean>,
): Promise<void> {
  const network = await Network.start(plan);
  try {
    const within = await measure(network);
    if (check && !within) process.exitCode = 1;
  } catch (error) {
    for (const node of network.nodes) process.stderr.write(`${node.log()}\n`);
    throw error;
  } finally {
    await network.stop();
  }
}
