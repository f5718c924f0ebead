import type { Data } from './types.ts';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const NEVER_TYPES = /^(password|hidden|file|submit|button|reset|image)$/;
const NEVER_AUTOFILL = /\bcc-|password|one-time-code/;
const NEVER_NAMES =
  /pass(word|wd|phrase|code|port)|pwd|card.?(num|no|holder)|credit.?card|security.?code|account.?num|social.?sec|tax.?id|token|csrf|xsrf|secret|captcha|(^|[^a-z])(pw|cvv|cvc|csc|iban|ssn|otp|pin)(?![a-z])/i;
const MOST_FIELDS = 50;
const LONGEST = 1_000;
/** Cards have 14 to 19 digits, in groups; a telephone number with its "+" is none. */
const CARD = /(^|[^\d+])\d(?:[ -]?\d){13,18}(?!\d)/g;

/** What a submitted form says: every field that may be sent, and who filled it in where the fields tell. */
export interface Submission {
  fields: Data;
  traits: Data;
  honeypot: boolean;
}

const luhn = (number: string): boolean => {
  let sum = 0;
  [...number.replace(/\D/g, '')].reverse().forEach((digit, index) => {
    const value = Number(digit) * (1 + (index % 2));
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
};

/** Whether a text holds what may be the number of a payment card. */
export const holdsCard = (text: string): boolean => (text.match(CARD) ?? []).some(luhn);

/** Whether a field, or a part of an address, is nothing that may be sent: a password, a card, a key. */
export const isSecret = (name: string, value: string): boolean =>
  NEVER_NAMES.test(name) || holdsCard(value);

const RECOGNISED: [trait: string, autofill: RegExp, name: RegExp][] = [
  ['email', /\bemail$/, /e.?mail/i],
  ['phone', /\btel(-national)?$/, /phone|mobile|^tel$/i],
  ['firstName', /given-name$/, /^(f|first|given).?name/i],
  ['lastName', /family-name$/, /^(l|last|family).?name|surname/i],
  ['company', /organization$/, /company|organi[sz]ation/i],
  ['name', /(^|\s)name$/, /^(full|your|contact)?.?name$/i],
];

const contentOf = (field: Field): string | undefined => {
  if (field instanceof HTMLSelectElement) {
    return Array.from(field.selectedOptions, (option) => option.value).join(', ');
  }
  const choosable = field.type === 'checkbox' || field.type === 'radio';
  return choosable && !(field as HTMLInputElement).checked ? undefined : field.value.trim();
};

/** Read a form at the moment it is submitted; undefined if it is marked with `data-tw-ignore`. */
export function readForm(form: HTMLFormElement): Submission | undefined {
  if (form.closest('[data-tw-ignore]')) return undefined;
  const submission: Submission = { fields: {}, traits: {}, honeypot: false };
  const { fields, traits } = submission;
  // Not form.elements: a field of that name would stand in its place.
  for (const field of document.querySelectorAll<Field>('input,select,textarea')) {
    if (field.form !== form || field.disabled) continue;
    const value = contentOf(field);
    if (field.hasAttribute('data-tw-honeypot')) {
      submission.honeypot ||= Boolean(value);
      continue;
    }
    const name = field.name || field.id;
    const autofill = field.autocomplete || '';
    if (
      !name ||
      !value ||
      NEVER_TYPES.test(field.type) ||
      NEVER_AUTOFILL.test(autofill) ||
      isSecret(name, value) ||
      field.closest('[data-tw-ignore]') ||
      Object.keys(fields).length >= MOST_FIELDS
    ) {
      continue;
    }
    fields[name] = name in fields ? `${fields[name]}, ${value}` : value.slice(0, LONGEST);
    const trait = RECOGNISED.find(
      ([trait, filled, named]) =>
        trait === field.type ||
        (trait === 'phone' && field.type === 'tel') ||
        filled.test(autofill) ||
        named.test(name),
    )?.[0];
    const free = field.type === 'text' || field.type === 'email' || field.type === 'tel';
    if (
      trait &&
      free &&
      !(trait in traits) &&
      (trait !== 'email' || /^\S+@\S+\.\S+$/.test(value))
    ) {
      traits[trait] = value.slice(0, 300);
    }
  }
  return submission;
}
