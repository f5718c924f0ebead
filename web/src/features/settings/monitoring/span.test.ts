import { expect, test } from 'vitest';
import { span } from './span';

test.each([
  [1, 'minute', 1],
  [59, 'minute', 59],
  [60, 'hour', 1],
  [90, 'minute', 90],
  [1440, 'day', 1],
  [10080, 'day', 7],
])('%i minutes', (minutes, unit, count) => {
  expect(span(minutes)).toEqual({ unit, count });
});
