import { expect, test } from 'vitest';
import { bodyOf, policyLines } from './draft';

test('only what changed is sent, emptied texts are left out', () => {
  expect(bodyOf({ name: ' Shop ' })).toEqual({ name: 'Shop' });
  expect(bodyOf({ greeting: { en: 'Hi', de: ' ' }, allowed_domains: [] })).toEqual({
    settings: { greeting: { en: 'Hi' }, allowed_domains: [] },
  });
  expect(bodyOf({ agent_id: null })).toEqual({ agent_id: null });
});

test('a strict page needs the socket of the same scheme', () => {
  expect(policyLines('https://crm.example')).toBe(
    'script-src https://crm.example;\nconnect-src https://crm.example wss://crm.example;',
  );
});
