// Who talks to whom in a network. Each node knows all others by flags; the RPC takes peers away and gives them back.
//
// That cuts a network in parts if its nodes have --reserved-only, and no slots for others: a peer that is taken away would stay
// as a regular one. And the peers must be known by flags first: those that only the RPC knows need a slot. RPC on the machine
// itself offers these calls without a flag.

import { setTimeout as pause } from 'node:timers/promises';
import type { ChainNode } from './chain-node.ts';

const SETTLE_MS = 60_000;

/** Flags by which a node knows all others of its network. */
export function knownPeers(node: ChainNode, nodes: readonly ChainNode[]): string[] {
  return nodes.filter((other) => other !== node).flatMap(({ address }) => ['--reserved-nodes', address]);
}

/** Cuts a network into `groups`; within a group all talk to each other, across groups nobody does. */
export async function regroup(groups: readonly (readonly ChainNode[])[]): Promise<void> {
  const all = groups.flat();
  for (const group of groups) {
    for (const node of group) {
      for (const other of all.filter((candidate) => candidate !== node)) {
        if (group.includes(other)) await node.api.rpc.system.addReservedPeer(other.address);
        else await node.api.rpc.system.removeReservedPeer(other.identity);
      }
    }
  }
  await linked(groups);
}

/** Waits until every node has the peers of its group and no others. */
export async function linked(groups: readonly (readonly ChainNode[])[]): Promise<void> {
  await Promise.all(groups.flatMap((group) => group.map((node) => hasPeers(node, group))));
}

/** Peers come and go without an event that could be awaited, so this asks again and again. */
async function hasPeers(node: ChainNode, group: readonly ChainNode[]): Promise<void> {
  const expected = group.filter((peer) => peer !== node).map(({ identity }) => identity).sort();
  for (const deadline = Date.now() + SETTLE_MS; ; await pause(100)) {
    const connected = (await node.api.rpc.system.peers()).map(({ peerId }) => peerId.toString()).sort();
    if (connected.join() === expected.join()) return;
    if (Date.now() < deadline) continue;
    throw new Error(`${node.name} should have ${expected.length} peers, and has ${connected.length}: ${connected.join(', ')}`);
  }
}
