// Figures of a benchmark: each beside what was aimed at, with the machine that measured it.

import { availableParallelism, cpus } from 'node:os';

/** One measured figure. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  /** What we aim at. */
  readonly target?: number;
  /** What it may not exceed: `--check` fails above it. */
  readonly atMost?: number;
  /** What it must reach: `--check` fails below it. */
  readonly atLeast?: number;
}

/** The smallest value that at least `share` of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('a benchmark has measured nothing');
  return value;
}

/** Median, 90th percentile and maximum of what was measured; the bounds are the median's. */
export function spread(
  what: string,
  unit: string,
  values: readonly number[],
  bounds: Pick<Figure, 'target' | 'atMost'> = {},
): Figure[] {
  return [
    { what: `${what}, median`, unit, measured: quantile(values, 0.5), ...bounds },
    { what: `${what}, p90`, unit, measured: quantile(values, 0.9) },
    { what: `${what}, max`, unit, measured: quantile(values, 1) },
  ];
}

/** Prints the figures as a table. Returns whether each is within its bound. */
export function report(title: string, figures: readonly Figure[]): boolean {
  console.log(`${title}\non ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown processor'})\n`);
  const rows = [
    ['', 'measured', 'target', 'bound', ''],
    ...figures.map((figure) => [
      figure.what,
      `${round(figure.measured)} ${figure.unit}`,
      figure.target === undefined ? '' : `${figure.target}`,
      bound(figure),
      bound(figure) === '' ? '' : isWithin(figure) ? 'met' : 'MISSED',
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  for (const cells of rows) console.log(`  ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
  return figures.every(isWithin);
}

function isWithin({ measured, atMost = Infinity, atLeast = -Infinity }: Figure): boolean {
  return measured <= atMost && measured >= atLeast;
}

function bound({ atMost, atLeast }: Figure): string {
  if (atMost !== undefined) return `≤ ${atMost}`;
  return atLeast === undefined ? '' : `≥ ${atLeast}`;
}

function round(value: number): string {
  return Number.isInteger(value) ? `${value}` : value.toFixed(1);
}
