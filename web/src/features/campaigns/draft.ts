import type { Campaign } from './queries';

export type Draft = Campaign['draft'];
export type Goal = Draft['goal'];
export type Audience = Draft['audience'];
export type Message = Draft['messages'][number];
export type Variant = Message['variants'][number];
export type Testing = Draft['testing'];
export type Schedule = Draft['schedule'];
export type Budget = NonNullable<Draft['budget']>;

export const MOST_MESSAGES = 5;
export const MOST_VARIANTS = 4;
const LETTERS = ['a', 'b', 'c', 'd'] as const;

export const blankVariant = (key: string): Variant => ({
  key,
  name: '',
  weight: 1,
  template_id: null,
  title: '',
  text: '',
  due_days: 1,
  member_id: null,
  url: '',
});

/** A key that no message has; messages keep theirs, so that results stay with them. */
function freeKey(messages: readonly Message[]): string {
  let number = messages.length + 1;
  while (messages.some(({ key }) => key === `m${number}`)) number += 1;
  return `m${number}`;
}

/** The draft with one more message at the end, three days after the one before. */
export function withMessage(messages: readonly Message[]): Message[] {
  if (messages.length >= MOST_MESSAGES) return [...messages];
  return [
    ...messages,
    {
      key: freeKey(messages),
      channel: 'email',
      after: { amount: 3, unit: 'days' },
      variants: [blankVariant('a')],
    },
  ];
}

/** The items with the one of this key changed. */
export function changed<Item extends { key: string }>(
  items: readonly Item[],
  key: string,
  change: Partial<Item>,
): Item[] {
  return items.map((item) => (item.key === key ? { ...item, ...change } : item));
}

/** The items without the one of this key. */
export const without = <Item extends { key: string }>(items: readonly Item[], key: string) =>
  items.filter((item) => item.key !== key);

/** One more variant, under the first letter that is free. */
export function withVariant(variants: readonly Variant[]): Variant[] {
  const free = LETTERS.find((letter) => !variants.some(({ key }) => key === letter));
  return free && variants.length < MOST_VARIANTS
    ? [...variants, blankVariant(free)]
    : [...variants];
}

/** Whether variants are tried against each other anywhere. */
export const compares = (messages: readonly Message[]) =>
  messages.some(({ variants }) => variants.length > 1);

/** The share of a variant among its message's, as a ratio. */
export function shareOf(variants: readonly Variant[], variant: Variant): number {
  const all = variants.reduce((sum, { weight }) => sum + weight, 0);
  return all > 0 ? variant.weight / all : 1 / variants.length;
}
