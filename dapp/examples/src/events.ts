// Events of a block in plain form: a name and named fields, amounts as bigint.

import type { ApiPromise } from '@polkadot/api';
import type { EventRecord } from '@polkadot/types/interfaces';
import type { Codec } from '@polkadot/types/types';

/** A value as it stands in the metadata's JSON form. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

/** An event, with its fields by name. */
export interface ChainEvent {
  /** `pallet.Event`, `inference.RequestSettled` for instance. */
  readonly name: string;
  /** Its fields by name, or by position where they have none. */
  readonly fields: Readonly<Record<string, Plain>>;
  /** Index of the extrinsic that emitted it; none for hooks. */
  readonly extrinsic?: number;
}

/** All events of a block. */
export async function readEvents(api: ApiPromise, blockHash: string): Promise<ChainEvent[]> {
  const at = await api.at(blockHash);
  const records = (await at.query.system.events()) as unknown as EventRecord[];
  return records.map(plainEvent);
}

/** The plain form of an event record. */
export function plainEvent({ event, phase }: EventRecord): ChainEvent {
  const names = event.data.names;
  const fields = Object.fromEntries(
    event.data.map((value: Codec, position: number) => [names?.[position] ?? String(position), value.toJSON() as Plain]),
  );
  const name = `${event.section}.${event.method}`;
  return phase.isApplyExtrinsic ? { name, fields, extrinsic: phase.asApplyExtrinsic.toNumber() } : { name, fields };
}

/** An amount: JSON holds small ones as numbers and large ones as hex text. */
export function amount(value: Plain | undefined): bigint {
  if (typeof value === 'number' || typeof value === 'string') return BigInt(value);
  throw new TypeError(`not an amount: ${JSON.stringify(value)}`);
}
