import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber } from '@/app/format';
import { i18n } from '@/app/i18n';
import { toastError, toastRunning, toastSuccess, toastUndo } from '@/components/toasts';

export type BulkRun = Schema<'BulkActionRead'>;
export type BulkOrder = Schema<'BulkRequest'>;

const POLL_MS = 700;
const TOUCHED = [
  '/api/v1/leads',
  '/api/v1/companies',
  '/api/v1/duplicates',
  '/api/v1/segments',
  '/api/v1/dashboard',
  '/api/v1/jobs',
];

const t = (key: string, values?: Record<string, unknown>) => i18n.t(`leads:bulk.${key}`, values);
const wait = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

/** Share of a run in words: "120 of 1,000". */
export function progressOf({ done, matched }: Pick<BulkRun, 'done' | 'matched'>): string {
  return t('progress', { done: formatNumber(done), matched: formatNumber(matched) });
}

const REASONS = ['in_it', 'were_in_it', 'left_out'] as const;

/** What came of a run: how many were changed, how many were refused and why, how many had no need. */
export function outcomeOf({ action, changed, skipped, result }: BulkRun): string {
  const refused = (result?.refused ?? {}) as Partial<Record<(typeof REASONS)[number], number>>;
  const told = REASONS.map((reason) => ({ reason, count: refused[reason] ?? 0 })).filter(
    ({ count }) => count > 0,
  );
  const rest = skipped - told.reduce((sum, { count }) => sum + count, 0);
  return [
    t(`done.${action}`, { count: changed, shown: formatNumber(changed) }),
    ...told.map(({ reason, count }) =>
      t(`refused.${reason}`, { count, shown: formatNumber(count) }),
    ),
    ...(rest > 0 ? [t('skipped', { count: rest })] : []),
  ].join(' ');
}

/** Watches a run to its end, with its progress on the screen; gives undo where the server can. */
async function follow(run: BulkRun): Promise<void> {
  const toast = toastRunning(`${t(run.action)}: ${progressOf(run)}`);
  let now = run;
  try {
    while (now.state === 'queued' || now.state === 'running') {
      await wait();
      now = await request<BulkRun>('get', `/api/v1/bulk-actions/${run.id}`);
      toast.say(`${t(now.action)}: ${progressOf(now)}`);
    }
  } finally {
    toast.close();
    await invalidatePaths(...TOUCHED);
  }
  if (now.state === 'failed') {
    toastError(t('failed', { action: t(now.action) }), new Error(now.error ?? ''));
  } else if (now.state === 'cancelled') {
    toastSuccess(t('cancelled', { action: t(now.action), shown: formatNumber(now.changed) }));
  } else if (now.undoable) {
    toastUndo(outcomeOf(now), () => runBulk(`/api/v1/bulk-actions/${now.id}/undo`));
  } else toastSuccess(outcomeOf(now));
}

/** Starts an action on many leads and follows it; says so when it could not be started. */
export async function runBulk(path: string, order?: BulkOrder): Promise<boolean> {
  let run: BulkRun;
  try {
    run = await request<BulkRun>('post', path, order === undefined ? {} : { body: order });
  } catch (reason) {
    toastError(t('notStarted'), reason);
    return false;
  }
  follow(run).catch((reason: unknown) =>
    toastError(t('notFollowed', { action: t(run.action) }), reason),
  );
  return true;
}
