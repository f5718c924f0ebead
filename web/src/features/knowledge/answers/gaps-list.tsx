import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconHelpCircle } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { LinkButton } from '@/components/link-anchor';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './answers.module.css';
import { GapCard } from './gap-card';
import { GAPS, type Gap, type GapChecked, gapsQuery, QUESTIONS } from './queries';
import { ReasonDialog } from './reason-dialog';
import { WriteDialog, type Writing } from './write-dialog';

/** What nothing answers, or what was done about it. */
export function GapsList({ state }: { state: Gap['state'] }) {
  const { t } = useTranslation('knowledge/answers');
  const mayWrite = useMay('knowledge:write');
  const { data, error, refetch } = useQuery(gapsQuery(state));
  const [writing, setWriting] = useState<Writing>();
  const [dismissing, setDismissing] = useState<Gap>();
  const [checking, setChecking] = useState<string>();

  const change = async (gap: Gap, next: 'open' | 'dismissed', reason: string) => {
    await request('patch', `${GAPS}/${gap.id}`, { body: { state: next, reason } });
    toastSuccess(t(next === 'open' ? 'questions.reopened' : 'questions.dismissed'));
    await invalidatePaths(GAPS);
  };
  const check = async (gap: Gap) => {
    setChecking(gap.id);
    try {
      const { closed } = await request<GapChecked>('post', `${GAPS}/${gap.id}/check`);
      toastSuccess(t(closed ? 'questions.nowAnswered' : 'questions.stillOpen'));
      await invalidatePaths(GAPS, QUESTIONS);
    } catch (reason) {
      toastError(t('questions.changeFailed'), reason);
    }
    setChecking(undefined);
  };
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={8} />;
  return (
    <>
      {data.items.length === 0 && (
        <EmptyState
          icon={IconHelpCircle}
          title={t(`questions.emptyTitle.${state}`)}
          action={
            state === 'open' && (
              <LinkButton to="/knowledge/test" variant="default">
                {t('questions.goTest')}
              </LinkButton>
            )
          }
        >
          {t(`questions.emptyText.${state}`)}
        </EmptyState>
      )}
      <ul className={classes.cards}>
        {data.items.map((gap) => (
          <GapCard
            key={gap.id}
            gap={gap}
            mayWrite={mayWrite}
            checking={checking === gap.id}
            onWrite={() => setWriting({ gapId: gap.id, question: gap.question, scope: gap.scope })}
            onDismiss={() => setDismissing(gap)}
            onReopen={() =>
              void change(gap, 'open', '').catch((reason) =>
                toastError(t('questions.changeFailed'), reason),
              )
            }
            onCheck={() => void check(gap)}
          />
        ))}
      </ul>
      {writing && <WriteDialog writing={writing} onClose={() => setWriting(undefined)} />}
      {dismissing && (
        <ReasonDialog
          title={t('questions.dismissTitle')}
          text={t('questions.dismissText')}
          label={t('questions.reason')}
          confirm={t('questions.confirmDismiss')}
          cancel={t('write.cancel')}
          required={false}
          onSend={(reason) => change(dismissing, 'dismissed', reason)}
          onClose={() => setDismissing(undefined)}
        />
      )}
    </>
  );
}
