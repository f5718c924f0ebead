import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { patchCached } from '@/api/optimistic';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { useMe } from '@/app/session';
import { toastRolledBack, toastSuccess, toastUndo } from '@/components/toasts';
import type { AssignTo } from './action-dialogs';
import { CONVERSATIONS, INBOX, type Row } from './queries';
import { visitorName } from './who';

/** What can be done with a conversation: shown at once, put back where the server refuses. */
export function useActions() {
  const { t } = useTranslation('inbox');
  const { user } = useMe();
  const run = async (row: Row, verb: string, body: object, patch: Partial<Row>) => {
    const undo = await patchCached(CONVERSATIONS, row.id, patch);
    try {
      await request('post', `${CONVERSATIONS}/${row.id}/${verb}`, { body });
      return true;
    } catch (reason) {
      undo();
      toastRolledBack(visitorName(row, t), reason);
      return false;
    } finally {
      void invalidatePaths(CONVERSATIONS, INBOX);
    }
  };
  const mine: Partial<Row> = { state: 'person', assignee: { id: user.id, name: user.name } };
  const reopen = (row: Row) => run(row, 'reopen', {}, { ...mine, outcome: null });
  const wake = (row: Row) => run(row, 'wake', {}, { state: 'person', snoozed_until: null });
  return {
    reopen,
    wake,
    takeOver: (row: Row) => run(row, 'join', {}, mine),
    handBack: async (row: Row) => {
      if (await run(row, 'hand-back', {}, { state: 'agent', assignee: null })) {
        toastSuccess(t('done.handedBack', { name: visitorName(row, t) }));
      }
    },
    notUrgent: async (row: Row) => {
      if (await run(row, 'not-urgent', {}, { urgent: false })) {
        toastSuccess(t('done.notUrgent', { name: visitorName(row, t) }));
      }
    },
    assign: ({ name, ...to }: AssignTo, row: Row) =>
      run(row, 'assign', to, {
        assignee: to.assignee_id ? { id: to.assignee_id, name } : null,
      }),
    snooze: async (row: Row, until: Date) => {
      const at = until.toISOString();
      if (!(await run(row, 'snooze', { until: at }, { state: 'snoozed', snoozed_until: at })))
        return;
      toastUndo(t('done.snoozed', { name: visitorName(row, t), until: formatDateTime(at) }), () =>
        wake(row),
      );
    },
    close: async (row: Row, confirmed: boolean) => {
      if (!(await run(row, 'close', { confirmed }, { state: 'closed' }))) return;
      toastUndo(t('done.closed', { name: visitorName(row, t) }), () => reopen(row));
    },
  };
}
export type Actions = ReturnType<typeof useActions>;
