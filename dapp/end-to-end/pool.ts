// A node's transaction pool over plain JSON-RPC, byte for byte: what it says to a transaction, and what it has.

import type { Hex } from '@votive/examples/digest';
import type { ChainNode } from './chain-node.ts';

/** Why a pool refused a transaction. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
  readonly data?: string;
}

/** Sends a transaction. Returns the refusal, or nothing where the pool took it. */
export async function send(node: ChainNode, transaction: Hex): Promise<Refusal | undefined> {
  return (await call(node, 'author_submitExtrinsic', transaction)).error;
}

/** The transactions that the pool has for the next blocks. */
export async function pending(node: ChainNode): Promise<Hex[]> {
  return (await call(node, 'author_pendingExtrinsics')).result as Hex[];
}

interface Answer {
  readonly result?: unknown;
  readonly error?: Refusal;
}

async function call(node: ChainNode, method: string, ...params: unknown[]): Promise<Answer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(node.url.replace(/^ws/, 'http'), { method: 'POST', headers, body });
  return (await response.json()) as Answer;
}
