// The digits model as it lies in the repository: its package's version, its classes and a few handwritten samples.

import { packageFolder, readJson, versionSpec } from './model-package.ts';

/** The package's folder: what workers and `votive-engine` run. */
export const DIGITS_PACKAGE = packageFolder('digits');

/** A handwritten digit that the model never saw in training. */
export interface Sample {
  /** What its writer meant. */
  readonly label: string;
  /** 64 pixels from 0 to 16, row by row. */
  readonly pixels: Uint8Array;
}

/** What `publishVersion` takes as the version's specification. */
export function digitsSpec(): Record<string, unknown> {
  return versionSpec('digits');
}

/** The classes, in the order of the answer's probabilities. */
export function digitsLabels(): string[] {
  return (readJson('digits/package/manifest.json') as { output: { labels: string[] } }).output.labels;
}

/** A held-out sample of the class `label`. */
export function sampleOf(label: string): Sample {
  const sample = samples().find((candidate) => candidate.label === label);
  if (!sample) throw new Error(`no sample is labelled "${label}"`);
  return sample;
}

/** All held-out samples. */
export function samples(): Sample[] {
  const plain = readJson('digits/samples.json') as { label: number; pixels: number[] }[];
  return plain.map(({ label, pixels }) => ({ label: String(label), pixels: Uint8Array.from(pixels) }));
}
