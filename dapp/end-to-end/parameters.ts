// Parameters of a development chain: changed by its sudo key, as governance would change them elsewhere.

import type { ApiPromise } from '@polkadot/api';
import { signer } from '@votive/examples/connect';
import { submit } from '@votive/examples/submit';

/** How long each step of a request may take, in blocks. */
export interface Windows {
  readonly waitingBlocks: number;
  readonly commitMinBlocks: number;
  readonly commitMaxBlocks: number;
  readonly revealBlocks: number;
  readonly finalBlocks: number;
  readonly answerBlocks: number;
}

/** What the chain starts with. */
export const DEFAULT_WINDOWS: Windows = {
  waitingBlocks: 20,
  commitMinBlocks: 5,
  commitMaxBlocks: 200,
  revealBlocks: 20,
  finalBlocks: 0,
  answerBlocks: 28_800,
};

/** Sets the windows that `changed` names; the others are the defaults. Only windows, never the slot, are shorter in tests. */
export async function setWindows(api: ApiPromise, changed: Partial<Windows>): Promise<void> {
  const value = { Settlement: { Windows: [null, { ...DEFAULT_WINDOWS, ...changed }] } };
  const set = api.tx.parameters.setParameter(value);
  await submit(api, api.tx.sudo.sudo(set), await signer('//Alice'));
}
