// Handwritten digits of 8×8 pixels: draws them in the terminal and reads the model's answers.

import { colours, dim } from './terminal.ts';

/** Pixels of a row, and rows of a digit. */
const SIDE = 8;

/** The darkest value of a pixel. */
const FULL = 16;

/** What the model says about a digit. */
export interface Reading {
  /** The most likely class. */
  readonly label: string;
  /** Its probability, from 0 to 1. */
  readonly confidence: number;
  /** Probability of each class, in the classes' order. */
  readonly probabilities: readonly number[];
}

/** The digit as lines of text, two characters a pixel, in a frame. */
export function drawDigit(pixels: Uint8Array): string[] {
  if (pixels.length !== SIDE * SIDE) throw new RangeError(`a digit has ${SIDE * SIDE} pixels, not ${pixels.length}`);
  const edge = '─'.repeat(2 * SIDE);
  const rows = Array.from({ length: SIDE }, (_, y) => {
    const line = [...pixels.subarray(y * SIDE, (y + 1) * SIDE)].map(pixel).join('');
    return `${dim('│')}${line}${dim('│')}`;
  });
  return [dim(`┌${edge}┐`), ...rows, dim(`└${edge}┘`)];
}

/** Reads an answer: one little-endian f32 a class. */
export function readAnswer(output: Uint8Array, labels: readonly string[]): Reading {
  if (output.length !== 4 * labels.length) {
    throw new RangeError(`an answer of ${labels.length} classes has ${4 * labels.length} bytes, not ${output.length}`);
  }
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  const probabilities = labels.map((_, position) => view.getFloat32(4 * position, true));
  const best = probabilities.reduce((held, value, position) => (value > (probabilities[held] ?? -1) ? position : held), 0);
  return { label: labels[best] ?? '?', confidence: probabilities[best] ?? 0, probabilities };
}

/** A probability in percent, with one decimal. */
export function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

function pixel(value: number): string {
  if (!colours) return ' ░▒▓█'.charAt(Math.min(4, Math.round((4 * value) / FULL))).repeat(2);
  const grey = 232 + Math.min(23, Math.round((23 * value) / FULL));
  return `\u001b[48;5;${grey}m  \u001b[0m`;
}
