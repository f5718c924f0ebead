import { slugOf } from './slug';

export interface Question {
  key: string;
  label: string;
  kind: 'text' | 'textarea' | 'select' | 'checkbox' | 'phone' | 'number';
  required: boolean;
  options: string[];
}

export const KINDS = ['text', 'textarea', 'select', 'checkbox', 'phone', 'number'] as const;

/** A name for the answer in the API, made of the question and unlike the others'. */
export function keyFor(label: string, taken: readonly string[]): string {
  const words = slugOf(label)
    .replaceAll('-', '_')
    .replace(/^[^a-z]+/, '');
  const wish = words.slice(0, 32) || 'question';
  let key = wish;
  for (let number = 2; taken.includes(key); number += 1) key = `${wish}_${number}`;
  return key;
}

/** The list with one entry moved by so many places; stays as it is at the ends. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  if (to < 0 || to >= list.length || from === to) return [...list];
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), list[from] as T, ...rest.slice(to)];
}
