// The folder of packages that the nodes under test serve from: a link to each package that lies in the repository.

import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { MODELS } from '@votive/examples/model-package';

/** Links all packages into `folder`, unless it is there already, and returns it. */
export function packageStore(folder: string): string {
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  for (const model of readdirSync(MODELS)) {
    const found = join(MODELS, model, 'package');
    if (existsSync(found)) symlinkSync(found, join(folder, model));
  }
  return folder;
}
