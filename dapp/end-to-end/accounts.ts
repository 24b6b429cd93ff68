// Accounts of the tests: each case asks from one of its own, so that cases run side by side and every unit can be followed.

import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { AccountInfo } from '@polkadot/types/interfaces';
import { signer } from '@votive/examples/connect';
import { submit } from '@votive/examples/submit';

/** One VOT in its smallest unit. */
export const VOT = 10n ** 12n;

/** What an account has. */
export interface Funds {
  readonly free: bigint;
  /** On hold, for whatever reason. */
  readonly held: bigint;
}

/** New accounts with 1,000 VOT each, by name; one transaction of //Alice funds them all. */
export async function funded<Name extends string>(
  api: ApiPromise,
  ...names: readonly Name[]
): Promise<Record<Name, KeyringPair>> {
  const pairs = await Promise.all(names.map(async (name) => [name, await signer(`//end-to-end//${name}`)] as const));
  const gifts = pairs.map(([, pair]) => api.tx.balances.transferKeepAlive(pair.address, 1_000n * VOT));
  await submit(api, api.tx.utility.batchAll(gifts), await signer('//Alice'));
  return Object.fromEntries(pairs) as Record<Name, KeyringPair>;
}

/** What `address` has in the best block. */
export async function funds(api: ApiPromise, address: string): Promise<Funds> {
  const account = (await api.query.system.account(address)) as unknown as AccountInfo;
  return { free: account.data.free.toBigInt(), held: account.data.reserved.toBigInt() };
}
