import { useCallback } from 'react';
import { apiKey, request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths, queryClient } from '@/api/query-client';
import { askConflict } from './ask-conflict';
import { type Changes, conflictsOf, fieldValue } from './conflict';

export interface Versioned {
  id: string;
  version: number;
}

export type SaveRecord<R extends Versioned> = (patch: Changes, base: R) => Promise<void>;

interface Words {
  label: (field: string) => string;
  show: (field: string, value: unknown) => string;
}

/**
 * Saves changes of a record against the version the person saw. Where someone else was faster: other
 * fields are no conflict and are kept, for the same field the person chooses between both values.
 */
export async function saveRecord<R extends Versioned>(
  path: string,
  patch: Changes,
  base: R,
  { label, show }: Words,
): Promise<void> {
  const key = apiKey(`${path}/${base.id}`);
  const mineOf = (field: string) =>
    field.startsWith('custom.') ? fieldValue({ custom: patch.custom }, field) : patch[field];
  let seen = base;
  for (;;) {
    try {
      const saved = await request<R>('patch', `${path}/${base.id}`, {
        body: patch,
        version: seen.version,
      });
      queryClient.setQueryData(key, saved);
      void invalidatePaths(path);
      return;
    } catch (reason) {
      const error = toApiError(reason);
      const current = error.current as R | undefined;
      if (error.status !== 412 || !current) throw reason;
      const fields = conflictsOf(patch, seen, current);
      queryClient.setQueryData(key, current);
      seen = current;
      if (fields.length === 0) continue;
      const rows = fields.map((field) => ({
        label: label(field),
        mine: show(field, mineOf(field)),
        theirs: show(field, fieldValue(current, field)),
      }));
      if (await askConflict(rows)) continue;
      void invalidatePaths(path);
      return;
    }
  }
}

/** `saveRecord` for one kind of record. */
export function useRecordSave<R extends Versioned>(path: string, words: Words): SaveRecord<R> {
  const { label, show } = words;
  return useCallback(
    (patch, base) => saveRecord(path, patch, base, { label, show }),
    [path, label, show],
  );
}
