import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths, queryClient } from '@/api/query-client';
import { fromMinor, toMinor } from '@/app/amounts';
import { currencies } from '@/app/choices';
import { formatDate, formatDateTime, formatMoney } from '@/app/format';
import { IconTrash } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { CustomFields, inUse } from '@/components/record/custom-fields';
import { RecordFact, RecordField } from '@/components/record/record-field';
import { useRecordSave } from '@/components/record/use-record-save';
import { ScoreBadge } from '@/components/score-badge';
import { toastError, toastUndo } from '@/components/toasts';
import { AmountField } from './amount-field';
import classes from './board.module.css';
import { DealTasks } from './deal-tasks';
import { type Deal, dealFieldsQuery, dealQuery, historyQuery } from './queries';

const PATHS = ['/api/v1/pipelines', '/api/v1/deals', '/api/v1/dashboard'];

function History({ dealId }: { dealId: string }) {
  const { t } = useTranslation('board');
  const { data, error, refetch } = useQuery(historyQuery(dealId));
  if (error) return <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={3} />;
  return (
    <ol className={classes.history}>
      {data.map((step) => (
        <li key={step.id}>
          {step.from_stage_name
            ? t('peek.moved', { from: step.from_stage_name, to: step.to_stage_name })
            : t('peek.opened', { stage: step.to_stage_name })}
          {step.lost_reason && (
            <Text size="sm" c="dimmed">
              {step.lost_reason}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            {[formatDateTime(step.changed_at), step.changed_by_name].filter(Boolean).join(' · ')}
          </Text>
        </li>
      ))}
    </ol>
  );
}

/** A deal beside the board: all its fields edit in place. */
export function DealPeek({ dealId, onClose }: { dealId: string; onClose: () => void }) {
  const { t } = useTranslation('board');
  const { data: deal, error, refetch } = useQuery(dealQuery(dealId));
  const members = useMembers();
  const mayWrite = useMay('deals:write');
  const custom = useQuery(dealFieldsQuery()).data;
  const { nameOf } = members;
  const currency = deal?.currency ?? 'EUR';
  const words = useMemo(
    () => ({
      label: (field: string) =>
        custom?.find((item) => `custom.${item.key}` === field)?.label ??
        t(`record.${field}`, { defaultValue: field }),
      show: (field: string, value: unknown) => {
        if (value === null || value === undefined) return '';
        if (field === 'amount_minor') return formatMoney(Number(value), currency);
        if (field === 'close_date') return formatDate(`${value}T00:00`);
        return field === 'owner_id' ? nameOf(String(value)) : String(value);
      },
    }),
    [t, nameOf, currency, custom],
  );
  const saving = useRef<Promise<void>>(undefined);
  const saveDeal = useRecordSave<Deal>('/api/v1/deals', words);
  if (toApiError(error).status === 404 && !deal) {
    return <NotFoundState title={t('peek.missing')} to="/deals" back={t('peek.back')} order={2} />;
  }
  if (error && !deal) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!deal) return <LoadingLines lines={8} />;
  const save: typeof saveDeal = async (patch, base) => {
    const run = saveDeal(patch, base);
    saving.current = run;
    await run;
    void invalidatePaths(...PATHS);
  };
  const remove = async () => {
    // A field may just be on its way; its answer brings the version to delete.
    await saving.current?.catch(() => undefined);
    const { version } = queryClient.getQueryData(dealQuery(deal.id).queryKey) ?? deal;
    try {
      await request('delete', `/api/v1/deals/${deal.id}`, { version });
    } catch (reason) {
      toastError(t('peek.notDeleted'), reason);
      return;
    }
    onClose();
    void invalidatePaths('/api/v1/pipelines', '/api/v1/dashboard');
    toastUndo(t('peek.deleted', { name: deal.name }), async () => {
      try {
        await request('post', `/api/v1/deals/${deal.id}/restore`);
      } catch (reason) {
        toastError(t('peek.notRestored'), reason);
      }
      void invalidatePaths(...PATHS);
    });
  };
  const field = { record: deal, save, readOnly: !mayWrite };
  return (
    <Stack gap="md">
      <Group gap="xs">
        <Title order={2}>{deal.name}</Title>
        <Badge color={deal.kind === 'won' ? 'green' : deal.kind === 'lost' ? 'red' : 'gray'}>
          {deal.stage_name}
        </Badge>
      </Group>
      <dl className={classes.facts}>
        <RecordField {...field} field="name" label={t('field.name')} />
        <AmountField
          deal={deal}
          readOnly={!mayWrite}
          value={fromMinor(deal.amount_minor, deal.currency)}
          onSave={(value, seen) => save({ amount_minor: toMinor(value, seen.currency) }, seen)}
        />
        <RecordField
          {...field}
          field="currency"
          label={t('field.currency')}
          kind="select"
          options={currencies(deal.currency).map((code) => ({ value: code, label: code }))}
        />
        <RecordField {...field} field="close_date" label={t('field.closeDate')} kind="date" />
        <RecordField
          {...field}
          field="owner_id"
          label={t('field.owner')}
          kind="select"
          options={members.options}
        />
        {deal.kind === 'lost' && (
          <RecordField {...field} field="lost_reason" label={t('field.lostReason')} />
        )}
        <RecordFact label={t('field.lead')}>
          {deal.lead_id ? (
            <Group gap="xs" wrap="nowrap">
              <LinkAnchor to={`/leads/${deal.lead_id}` as never} className="tw-truncate">
                {deal.lead_name || t('peek.openLead')}
              </LinkAnchor>
              <ScoreBadge score={deal.lead_score} band={deal.lead_score_band} compact />
            </Group>
          ) : (
            '–'
          )}
        </RecordFact>
        <RecordFact label={t('field.company')}>{deal.company_name ?? '–'}</RecordFact>
        <RecordFact label={t('field.weighted')}>
          {deal.amount_minor === null
            ? '–'
            : formatMoney(Math.round(deal.amount_minor * deal.probability), deal.currency)}
        </RecordFact>
        <CustomFields {...field} fields={inUse(custom)} />
        <RecordFact label={t('field.created')}>{formatDate(deal.created_at)}</RecordFact>
      </dl>
      <DealTasks deal={deal} />
      <section aria-label={t('peek.history')}>
        <Title order={3}>{t('peek.history')}</Title>
        <History dealId={deal.id} />
      </section>
      {mayWrite && (
        <Button
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={16} />}
          w="fit-content"
          onClick={() => void remove()}
        >
          {t('peek.delete')}
        </Button>
      )}
    </Stack>
  );
}
