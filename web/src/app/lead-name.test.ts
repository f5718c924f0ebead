import { expect, test } from 'vitest';
import { leadName } from './lead-name';

test('a lead is called by the best that is known of it', () => {
  expect(leadName({ full_name: 'Ada', email: 'ada@firm.example' }, 'Unnamed')).toBe('Ada');
  expect(leadName({ full_name: '', email: null, external_id: '660737' }, 'Unnamed')).toBe('660737');
  expect(leadName({ full_name: '', phone: '+1 555', company_name: 'Firm' }, 'Unnamed')).toBe(
    '+1 555',
  );
  expect(leadName(undefined, 'Unnamed')).toBe('Unnamed');
});
