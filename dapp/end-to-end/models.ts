// Models of the tests' own.

import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import { digitsSpec } from '@votive/examples/digits-package';
import type { VersionId } from '@votive/examples/records';
import { emitted, submit } from '@votive/examples/submit';
import { VOT } from './accounts.ts';
import { serve } from './workers.ts';

/** The version that every development chain has from its first block on. */
export const DIGITS: VersionId = { model: 0, number: 1 };

/** What a model's owner says about it. */
export const METADATA = { name: 'Unserved', description: '', task: 'none', licence: 'MIT', tags: [] };

/** Publishes the digits package as a model of `owner`. No worker serves it. */
export async function publishUnserved(api: ApiPromise, owner: KeyringPair): Promise<VersionId> {
  const registered = await submit(api, api.tx.models.registerModel(METADATA, 0), owner);
  const model = Number(emitted(registered, 'models.ModelRegistered').fields.model);
  const price = { perCall: VOT, perUnit: 0 };
  const published = await submit(api, api.tx.models.publishVersion(model, digitsSpec(), price), owner);
  return emitted(published, 'models.VersionPublished').fields.version as unknown as VersionId;
}

/**
 * Publishes the digits package as one version for each list of operators, all of a model of `owner`; a version is served by
 * the workers of its list and by no others, so a test knows who can be drawn.
 */
export async function publishServed(
  api: ApiPromise,
  owner: KeyringPair,
  ...lists: readonly (readonly KeyringPair[])[]
): Promise<VersionId[]> {
  const registered = await submit(api, api.tx.models.registerModel({ ...METADATA, name: 'Served' }, 0), owner);
  const model = Number(emitted(registered, 'models.ModelRegistered').fields.model);
  const publish = lists.map(() => api.tx.models.publishVersion(model, digitsSpec(), { perCall: VOT, perUnit: 0 }));
  await submit(api, api.tx.utility.batchAll(publish), owner);
  const served = lists.map((operators, position) => [{ model, number: position + 1 }, operators] as const);
  await serve(api, served);
  return served.map(([version]) => version);
}
