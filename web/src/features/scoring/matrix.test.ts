import { expect, test } from 'vitest';
import { cellFilter, matrixCell, promise } from './matrix';
import type { Matrix } from './queries';

const matrix: Matrix = {
  fit_cuts: [20, 40],
  engagement_cuts: [30, 30],
  cells: [{ fit: 'high', engagement: 'low', leads: 7, hot: 1, won: 2, known: 5 }],
  unscored: 0,
};

test('a cell leads to the leads between its cuts', () => {
  expect(cellFilter(matrix, 'medium', 'low')).toEqual({
    all: [
      { field: 'score_fit', op: 'gte', value: 20 },
      { field: 'score_fit', op: 'lte', value: 40 },
      { field: 'score_engagement', op: 'lt', value: 30 },
    ],
  });
  expect(cellFilter(matrix, 'high', 'high')).toEqual({
    all: [
      { field: 'score_fit', op: 'gt', value: 40 },
      { field: 'score_engagement', op: 'gt', value: 30 },
    ],
  });
});

test('a cell promises what its leads became, or how hot they are', () => {
  const cell = matrixCell(matrix, 'high', 'low');
  expect(promise(cell)).toBe(0.4);
  expect(promise({ ...cell, known: 0, won: 0 })).toBeCloseTo(1 / 7);
  expect(promise(matrixCell(matrix, 'low', 'low'))).toBe(0);
});

test('a cell that the server left out is empty', () => {
  expect(matrixCell(matrix, 'high', 'low').leads).toBe(7);
  expect(matrixCell(matrix, 'low', 'low').leads).toBe(0);
});
