// Workers of the tests: their operators, their keys, and the versions that they serve.

import type { ApiPromise } from '@polkadot/api';
import { Keyring } from '@polkadot/keyring';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Codec } from '@polkadot/types/types';
import { hexToU8a, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { signer } from '@votive/examples/connect';
import { amount, type Plain } from '@votive/examples/events';
import type { VersionId } from '@votive/examples/records';
import { submit } from '@votive/examples/submit';
import { VOT } from './accounts.ts';
import type { ChainNode } from './chain-node.ts';

/** The least bond of a worker. */
export const LEAST_BOND = 5_000n * VOT;

/** What its operator needs besides. */
export const FOR_FEES = 10n * VOT;

/** The operator of a worker that the chain has from its first block on: `operatorOf('alice', 2)`. */
export function operatorOf(validator: string, number: 1 | 2): Promise<KeyringPair> {
  return signer(`//${validator[0]?.toUpperCase()}${validator.slice(1)}//operator//${number}`);
}

/** A worker key and its proof of possession. */
export interface WorkerKey {
  readonly key: Uint8Array;
  readonly hex: string;
  readonly proof: Uint8Array;
}

/** The worker key of `uri`, with the proof that it wants to serve `operator` on this chain. */
export function workerKey(api: ApiPromise, uri: string, operator: KeyringPair): WorkerKey {
  const pair = new Keyring({ type: 'ed25519' }).addFromUri(uri);
  const message = u8aConcat(stringToU8a('votive/1/possession'), hexToU8a(api.genesisHash.toHex()), operator.publicKey);
  return { key: pair.publicKey, hex: u8aToHex(pair.publicKey), proof: pair.sign(message) };
}

/** Puts the worker key of `uri` into a node's keystore. */
export async function insertKey(node: ChainNode, uri: string): Promise<void> {
  const { publicKey } = new Keyring({ type: 'ed25519' }).addFromUri(uri);
  await node.api.rpc.author.insertKey('infr', uri, u8aToHex(publicKey));
}

/**
 * Registers workers with the least bond, by name, with gifts of //Eve, and returns their operators.
 *
 * The node `holder` gets their worker keys; without one nobody has them, so that their seats stay silent. This is for chains
 * of one author; where forks are about, `setStage` waits for finality.
 */
export async function registered(api: ApiPromise, names: readonly string[], holder?: ChainNode): Promise<KeyringPair[]> {
  const operators = await Promise.all(names.map((name) => signer(`//end-to-end//operator//${name}`)));
  const gifts = operators.map(({ address }) => api.tx.balances.transferKeepAlive(address, LEAST_BOND + FOR_FEES));
  await submit(api, api.tx.utility.batchAll(gifts), await signer('//Eve'));
  await Promise.all(
    operators.map(async (operator, position) => {
      const uri = `//end-to-end//worker//${names[position]}`;
      if (holder) await insertKey(holder, uri);
      const { key, proof } = workerKey(api, uri, operator);
      await submit(api, api.tx.workers.registerWorker(LEAST_BOND, key, proof), operator);
    }),
  );
  return operators;
}

/** Makes each worker serve the versions that list it: pairs of a version and its operators. */
export async function serve(api: ApiPromise, lists: readonly (readonly [VersionId, readonly KeyringPair[]])[]): Promise<void> {
  const operators = new Map(lists.flatMap(([, servers]) => servers.map((operator) => [operator.address, operator] as const)));
  await Promise.all(
    [...operators.values()].map((operator) => {
      const versions = lists.filter(([, servers]) => servers.some(({ address }) => address === operator.address));
      return submit(api, api.tx.utility.batchAll(versions.map(([version]) => api.tx.workers.serve(version))), operator);
    }),
  );
}

/** A seat of an open request. */
export interface OpenSeat {
  readonly operator: string;
  readonly key: string;
  /** The commitment, once there is one and until it is revealed. */
  readonly commitment?: string;
}

/** The seats of an open request's present attempt at the end of a block, of one operator where one is named. */
export async function committeeAt(api: ApiPromise, block: string, request: string, operator?: string): Promise<OpenSeat[]> {
  const at = await api.at(block);
  const plain = (await at.call.inferenceApi?.request?.(request))?.toJSON() as { committee: PlainSeat[] } | null | undefined;
  return (plain?.committee ?? [])
    .map(({ progress, ...seat }) => ({ ...seat, commitment: (progress as { committed?: string }).committed }))
    .filter((seat) => operator === undefined || seat.operator === operator);
}

/** A worker as the chain shows it. */
export interface WorkerView {
  readonly operator: string;
  readonly bond: bigint;
  readonly locked: bigint;
  readonly openSeats: number;
}

/** The workers that serve a version, in the best block. */
export async function workersOf(api: ApiPromise, version: VersionId): Promise<WorkerView[]> {
  const plain = (await api.call.inferenceApi.workers(version)) as Codec;
  return (plain.toJSON() as unknown as PlainWorker[]).map(({ operator, bond, locked, openSeats }) => ({
    ...{ operator, openSeats },
    ...{ bond: amount(bond), locked: amount(locked) },
  }));
}

interface PlainWorker {
  readonly operator: string;
  readonly bond: Plain;
  readonly locked: Plain;
  readonly openSeats: number;
}

interface PlainSeat {
  readonly operator: string;
  readonly key: string;
  readonly progress: Plain;
}
