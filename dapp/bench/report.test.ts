import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile, spread } from './report.ts';

test('a quantile is a measured value', () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2);
  assert.equal(quantile([4, 1, 3, 2], 0.9), 4);
  assert.equal(quantile([7], 0.5), 7);
  assert.equal(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9), 9);
});

test('nothing measured is an error, not a figure', () => {
  assert.throws(() => quantile([], 0.5), /measured nothing/);
});

test('only the median is held to the bound', () => {
  const figures = spread('a request', 'blocks', [3, 3, 9], { target: 3, atMost: 4 });
  assert.deepEqual(figures.map(({ measured, atMost }) => [measured, atMost]), [[3, 4], [9, undefined], [9, undefined]]);
});
