import { Badge, Button, Group, Modal, NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDate, formatMoney } from '@/app/format';
import { useMay } from '@/app/permissions';
import { ApiForm } from '@/components/api-form';
import { LinkAnchor } from '@/components/link-anchor';
import { toastSuccess } from '@/components/toasts';
import type { Lead } from '../queries';
import classes from './detail.module.css';
import { type Deal, dealsQuery, pipelinesQuery } from './queries';
import { RelatedCard } from './related-card';

const KIND_COLOURS: Record<Deal['kind'], string> = { open: 'blue', won: 'green', lost: 'gray' };

/** Minor units of a currency in one major unit: 100 for EUR, 1 for JPY. */
export function minorUnits(currency: string): number {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits;
  return 10 ** (digits ?? 2);
}

function NewDeal({ lead, onClose }: { lead: Lead; onClose: () => void }) {
  const { t } = useTranslation('leads/detail');
  const pipelines = useQuery(pipelinesQuery()).data ?? [];
  const first = pipelines.find((item) => item.is_default) ?? pipelines[0];
  const form = useForm({
    initialValues: {
      name: lead.company_name ?? lead.full_name,
      pipeline_id: '',
      amount: '' as number | string,
      close_date: '',
    },
    validate: { name: (value) => (value.trim() ? null : t('deals.nameMissing')) },
  });
  const pipeline = pipelines.find((item) => item.id === form.values.pipeline_id) ?? first;
  const currency = pipeline?.currency ?? 'USD';
  return (
    <ApiForm
      form={form}
      onSubmit={async ({ name, amount, close_date }) => {
        await request('post', '/api/v1/deals', {
          body: {
            name,
            lead_id: lead.id,
            ...(pipeline ? { pipeline_id: pipeline.id } : {}),
            ...(amount === ''
              ? {}
              : { amount_minor: Math.round(Number(amount) * minorUnits(currency)), currency }),
            ...(close_date ? { close_date } : {}),
          },
        });
        toastSuccess(t('deals.created', { name }));
        onClose();
        await invalidatePaths('/api/v1/deals', '/api/v1/leads', '/api/v1/pipelines');
      }}
    >
      {({ submitting }) => (
        <>
          <TextInput
            label={t('deals.name')}
            required
            maxLength={200}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Group grow gap="sm" align="flex-start">
            <NumberInput
              label={t('deals.amount', { currency })}
              min={0}
              thousandSeparator
              hideControls
              {...form.getInputProps('amount')}
            />
            <TextInput label={t('deals.close')} type="date" {...form.getInputProps('close_date')} />
          </Group>
          {pipelines.length > 1 && (
            <Select
              label={t('deals.pipeline')}
              data={pipelines.map((item) => ({ value: item.id, label: item.name }))}
              {...form.getInputProps('pipeline_id')}
              value={pipeline?.id ?? null}
            />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={submitting}>
              {t('deals.save')}
            </Button>
          </Group>
        </>
      )}
    </ApiForm>
  );
}

/** Deals of a lead: stage, amount, when it should close. */
export function DealsCard({ lead }: { lead: Lead }) {
  const { t } = useTranslation('leads/detail');
  const mayRead = useMay('deals:read');
  const mayWrite = useMay('deals:write');
  const deals = useQuery({ ...dealsQuery(lead.id), enabled: mayRead });
  const [adding, setAdding] = useState(false);
  if (!mayRead) return null;
  return (
    <RelatedCard
      title={t('deals.title')}
      count={deals.data?.items.length}
      query={deals}
      empty={t('deals.empty')}
      add={mayWrite ? { label: t('deals.add'), run: () => setAdding(true) } : undefined}
    >
      <ul className={classes.items}>
        {deals.data?.items.map((deal) => (
          <li key={deal.id}>
            <div className={classes.itemMain}>
              <LinkAnchor
                to={`/deals/${deal.id}` as never}
                className={classes.itemName}
                title={deal.name}
              >
                {deal.name}
              </LinkAnchor>
              <Group gap="xs">
                <Badge color={KIND_COLOURS[deal.kind]}>{deal.stage_name}</Badge>
                {deal.kind === 'open' && deal.close_date && (
                  <Text size="xs" c="dimmed">
                    {t('deals.closes', { date: formatDate(`${deal.close_date}T00:00`) })}
                  </Text>
                )}
                {deal.closed_at && (
                  <Text size="xs" c="dimmed">
                    {formatDate(deal.closed_at)}
                  </Text>
                )}
              </Group>
            </div>
            {deal.amount_minor !== null && (
              <Text size="sm" className="tw-number">
                {formatMoney(deal.amount_minor, deal.currency)}
              </Text>
            )}
          </li>
        ))}
      </ul>
      <Modal opened={adding} onClose={() => setAdding(false)} title={t('deals.add')}>
        <NewDeal lead={lead} onClose={() => setAdding(false)} />
      </Modal>
    </RelatedCard>
  );
}
