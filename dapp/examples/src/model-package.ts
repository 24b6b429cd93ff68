// The models as they lie in the repository: a folder for each, with its package and what the chain is told about it.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of all models. */
export const MODELS = fileURLToPath(new URL('../../../models', import.meta.url));

/** The folder of a model's package: what workers and `votive-engine` run. */
export function packageFolder(model: string): string {
  const folder = `${MODELS}/${model}/package`;
  if (!existsSync(`${folder}/manifest.json`)) throw new Error(`${folder} has no package: run scripts/models.sh`);
  return folder;
}

/** What `publishVersion` takes as the specification of a model's version. */
export function versionSpec(model: string): Record<string, unknown> {
  return readJson(`${model}/version.json`) as Record<string, unknown>;
}

/** A JSON file of a model, by its path under the folder of all models. */
export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(`${MODELS}/${file}`, 'utf8'));
}
