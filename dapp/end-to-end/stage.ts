// What tests on several processes need before they begin: accounts, workers, and versions that only chosen workers serve.
//
// Several validators make forks all the time, and a transaction that a fork undid can come back after one that it was to
// precede. So each part is final before the next begins, and every transaction is of an account that the genesis funds.

import type { ApiPromise } from '@polkadot/api';
import type { SubmittableExtrinsic } from '@polkadot/api/types';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { u32 } from '@polkadot/types';
import { signer } from '@votive/examples/connect';
import { versionSpec } from '@votive/examples/model-package';
import type { VersionId } from '@votive/examples/records';
import { submit } from '@votive/examples/submit';
import { VOT } from './accounts.ts';
import type { ChainNode } from './chain-node.ts';
import { METADATA } from './models.ts';
import { FOR_FEES, insertKey, LEAST_BOND, workerKey } from './workers.ts';

/** A worker of a test's own, which the stage registers. */
export interface OwnWorker {
  readonly operator: KeyringPair;
  readonly keyUri: string;
}

/** A worker of a test's own. The node `holder` gets its key; without one nobody has it, so that its seats stay silent. */
export async function ownWorker(name: string, holder?: ChainNode): Promise<OwnWorker> {
  const keyUri = `//end-to-end//worker//${name}`;
  if (holder) await insertKey(holder, keyUri);
  return { operator: await signer(`//end-to-end//operator//${name}`), keyUri };
}

/** What is made ready. */
export interface StagePlan<Name extends string, Version extends string> {
  /** Accounts that get 1,000 VOT each. */
  readonly accounts: readonly Name[];
  readonly workers?: readonly OwnWorker[];
  /** For each version, the operators that serve it, and nobody else does. */
  readonly versions?: Readonly<Record<Version, readonly KeyringPair[]>>;
  /** What the versions are of: digits at 1 VOT a call where nothing is said. */
  readonly offers?: Readonly<Partial<Record<Version, Offer>>>;
}

/** A model of the repository, and the price of its answers. */
export interface Offer {
  readonly model: string;
  readonly price: { readonly perCall: bigint; readonly perUnit: bigint };
}

const DIGITS_OFFER: Offer = { model: 'digits', price: { perCall: VOT, perUnit: 0n } };

/** What is ready. */
export interface Stage<Name extends string, Version extends string> {
  readonly accounts: Readonly<Record<Name, KeyringPair>>;
  readonly versions: Readonly<Record<Version, VersionId>>;
}

/** Makes everything of a plan, and returns when all of it is final. */
export async function setStage<Name extends string, Version extends string = never>(
  api: ApiPromise,
  plan: StagePlan<Name, Version>,
): Promise<Stage<Name, Version>> {
  const { accounts: names, workers = [], versions: servers = {} as Record<Version, KeyringPair[]>, offers = {} } = plan;
  const pairs = await Promise.all(names.map(async (name) => [name, await signer(`//end-to-end//${name}`)] as const));
  const labels = Object.keys(servers) as Version[];
  const model = ((await api.query.models.nextModelId()) as u32).toNumber();
  const version = (label: Version): VersionId => ({ model, number: labels.indexOf(label) + 1 });
  const offered = (label: Version): Offer => (offers as Partial<Record<Version, Offer>>)[label] ?? DIGITS_OFFER;
  const give = (to: readonly KeyringPair[], amount: bigint): Call[] =>
    to.map(({ address }) => api.tx.balances.transferKeepAlive(address, amount));
  await Promise.all([
    batch(api, await signer('//Alice'), give(pairs.map(([, pair]) => pair), 1_000n * VOT)),
    batch(api, await signer('//Eve'), give(workers.map(({ operator }) => operator), LEAST_BOND + FOR_FEES)),
    batch(api, await signer('//Ferdie'), labels.length === 0 ? [] : publish(api, model, labels.map(offered))),
  ]);

  const operators = new Map<KeyringPair, Call[]>();
  for (const { operator, keyUri } of workers) {
    const { key, proof } = workerKey(api, keyUri, operator);
    operators.set(operator, [api.tx.workers.registerWorker(LEAST_BOND, key, proof)]);
  }
  for (const label of labels) {
    for (const operator of servers[label]) {
      operators.set(operator, [...(operators.get(operator) ?? []), api.tx.workers.serve(version(label))]);
    }
  }
  await Promise.all([...operators].map(([operator, calls]) => batch(api, operator, calls)));
  return {
    accounts: Object.fromEntries(pairs) as Record<Name, KeyringPair>,
    versions: Object.fromEntries(labels.map((label) => [label, version(label)])) as Record<Version, VersionId>,
  };
}

type Call = SubmittableExtrinsic<'promise'>;

function publish(api: ApiPromise, model: number, offers: readonly Offer[]): Call[] {
  const publishing = offers.map(({ model: name, price }) => api.tx.models.publishVersion(model, versionSpec(name), price));
  return [api.tx.models.registerModel({ ...METADATA, name: 'Served' }, 0), ...publishing];
}

async function batch(api: ApiPromise, account: KeyringPair, calls: readonly Call[]): Promise<void> {
  if (calls.length > 0) await submit(api, api.tx.utility.batchAll([...calls]), account, 'final');
}
