import { act, renderHook } from '@testing-library/react';
import { expect, test } from 'vitest';
import { rebased, useDraft } from './use-draft';

test('what was typed survives a change by someone else', () => {
  const before = { title: 'Demo', lengths: [30], text: 'Old' };
  const draft = { ...before, title: 'Product demo' };
  const now = { ...before, lengths: [30, 60], text: 'New' };
  expect(rebased(draft, before, now)).toEqual({
    title: 'Product demo',
    lengths: [30, 60],
    text: 'New',
  });
});

test('a draft follows its record and knows what is not saved', () => {
  const { result, rerender } = renderHook(({ stored }) => useDraft(stored, {}), {
    initialProps: { stored: { title: 'Demo', text: '' } },
  });
  expect(result.current.dirty).toBe(false);
  act(() => result.current.form.setFieldValue('title', 'Call'));
  expect(result.current.changes).toEqual({ title: 'Call' });
  rerender({ stored: { title: 'Demo', text: 'By another' } });
  expect(result.current.form.values).toEqual({ title: 'Call', text: 'By another' });
  expect(result.current.changes).toEqual({ title: 'Call' });
  act(() => result.current.form.reset());
  expect(result.current.form.values).toEqual({ title: 'Demo', text: 'By another' });
  expect(result.current.dirty).toBe(false);
});
