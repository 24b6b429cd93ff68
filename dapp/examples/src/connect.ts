// Connects to a Votive chain and makes signers. No custom types, no custom RPC: the chain's metadata says it all.

import { ApiPromise, WsProvider } from '@polkadot/api';
import { Keyring } from '@polkadot/keyring';
import type { KeyringPair } from '@polkadot/keyring/types';
import { cryptoWaitReady } from '@polkadot/util-crypto';

/** Where the programs look for a chain unless `--url` names one. */
export const DEFAULT_URL = process.env.VOTIVE_URL ?? 'ws://127.0.0.1:9944';

/** The token's SS58 prefix. */
const SS58_PREFIX = 42;

/** Connects to the chain at `url`; fails at once where nothing listens, or where the chain is not Votive. */
export async function connect(url: string = DEFAULT_URL): Promise<ApiPromise> {
  const provider = new WsProvider(url, false);
  const api = new ApiPromise({ provider, noInitWarn: true });
  try {
    await provider.connect();
    await api.isReadyOrError;
  } catch (cause) {
    await api.disconnect().catch(() => undefined);
    throw new Error(`no chain answers at ${url}`, { cause });
  }
  if (!api.tx.inference?.submitRequest) {
    await api.disconnect();
    throw new Error(`the chain at ${url} is not Votive: it has no pallet "inference"`);
  }
  return api;
}

/** The account of a secret URI, `//Alice` for instance. */
export async function signer(uri: string): Promise<KeyringPair> {
  await cryptoWaitReady();
  return new Keyring({ type: 'sr25519', ss58Format: SS58_PREFIX }).addFromUri(uri);
}
