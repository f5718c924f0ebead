import { Button, CloseButton, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { toastError, toastSuccess } from '@/components/toasts';
import { AssignDialog, CloseDialog, SnoozeDialog } from './action-dialogs';
import classes from './inbox.module.css';
import { type BulkResult, CONVERSATIONS, INBOX } from './queries';

interface BulkBarProps {
  ids: readonly string[];
  onClear: () => void;
}

type Dialog = 'assign' | 'snooze' | 'close';

/** What can be done with several conversations at once. */
export function BulkBar({ ids, onClear }: BulkBarProps) {
  const { t } = useTranslation('inbox');
  const [dialog, setDialog] = useState<Dialog>();
  const [busy, setBusy] = useState(false);
  const of = t('bulk.of', { count: ids.length });
  const run = async (action: string, body: object) => {
    setDialog(undefined);
    setBusy(true);
    try {
      const { done, refused } = await request<BulkResult>('post', `${CONVERSATIONS}/bulk`, {
        body: { action, conversation_ids: ids, ...body },
      });
      if (refused.length === 0) toastSuccess(t('bulk.done', { count: done.length }));
      else {
        const why = new Error(refused[0]?.detail);
        toastError(t('bulk.partly', { changed: done.length, count: refused.length }), why);
      }
      onClear();
    } catch (reason) {
      toastError(t('bulk.failed'), reason);
    }
    setBusy(false);
    await invalidatePaths(CONVERSATIONS, INBOX);
  };
  const close = () => setDialog(undefined);
  return (
    <div className={classes.bulk} role="toolbar" aria-label={of}>
      <Text size="sm" fw={500} className="tw-number">
        {t('bulk.selected', { count: ids.length })}
      </Text>
      {(['assign', 'snooze', 'close'] as const).map((verb) => (
        <Button
          key={verb}
          size="compact-sm"
          variant="default"
          loading={busy}
          onClick={() => setDialog(verb)}
        >
          {t(`bulk.${verb}`)}
        </Button>
      ))}
      <CloseButton size="sm" ml="auto" aria-label={t('bulk.clear')} onClick={onClear} />
      {dialog === 'assign' && (
        <AssignDialog
          of={of}
          onClose={close}
          onChoose={({ name: _, ...to }) => void run('assign', to)}
        />
      )}
      {dialog === 'snooze' && (
        <SnoozeDialog
          of={of}
          onClose={close}
          onChoose={(until) => void run('snooze', { until: until.toISOString() })}
        />
      )}
      {dialog === 'close' && (
        <CloseDialog
          of={of}
          onClose={close}
          onChoose={(confirmed) => void run('close', { confirmed })}
        />
      )}
    </div>
  );
}
