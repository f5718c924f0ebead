import { type UseFormInput, type UseFormReturnType, useForm } from '@mantine/form';
import { useEffect, useRef } from 'react';

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The fields of `draft` that differ from `stored`. */
export function differing<Draft extends object>(draft: Draft, stored: Draft): Partial<Draft> {
  const names = Object.keys(stored) as (keyof Draft)[];
  const changed = names.filter((name) => !same(draft[name], stored[name]));
  return Object.fromEntries(changed.map((name) => [name, draft[name]])) as Partial<Draft>;
}

/** The draft after the record became `now`: what was typed stays, all else is as it is now. */
export function rebased<Draft extends object>(draft: Draft, before: Draft, now: Draft): Draft {
  return { ...now, ...differing(draft, before) };
}

interface DraftState<Draft extends object> {
  form: UseFormReturnType<Draft>;
  /** Only what differs from what is stored. */
  changes: Partial<Draft>;
  dirty: boolean;
}

/**
 * A form over a stored record. When the record changes on the server (saved here, or by someone
 * else), what was typed and not saved yet stays in the form.
 */
export function useDraft<Draft extends object>(
  stored: Draft,
  options: Omit<UseFormInput<Draft>, 'initialValues' | 'mode'>,
): DraftState<Draft> {
  const form = useForm<Draft>({ ...options, initialValues: stored });
  const before = useRef(stored);
  useEffect(() => {
    if (same(before.current, stored)) return;
    form.setValues(rebased(form.getValues(), before.current, stored));
    form.setInitialValues(stored);
    before.current = stored;
  });
  const changes = differing(form.values, stored);
  return { form, changes, dirty: Object.keys(changes).length > 0 };
}
