import { expect, it } from 'vitest';
import { type SaidMessage, wordsOf } from './message';

const said = (text: string, data: SaidMessage['data']) => ({ text, data }) as SaidMessage;

it('leaves out the times that are shown below the words, and nothing else', () => {
  const slots = [{ starts_at: '2026-11-24T11:00:00Z', label: 'Tue 24 Nov, 11:00' }];
  const text = 'Which suits you?\n\n- Tue 24 Nov, 11:00\n\n- Bring a bike';
  expect(wordsOf(said(text, { slots }))).toBe('Which suits you?\n\n\n- Bring a bike');
  expect(wordsOf(said(text, {}))).toBe(text);
});
