import { Badge, Button, Group, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber, formatRelative } from '@/app/format';
import { IconPlus, IconRoute } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import type { Condition, FilterField } from '@/components/filter-bar/condition';
import { describe } from '@/components/filter-bar/describe';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { moved } from './order';
import { decisionsQuery, fieldCatalogueQuery, type RoutingRule, rulesQuery } from './queries';
import { RowActions } from './row-actions';
import { RuleDialog } from './rule-dialog';
import classes from './settings.module.css';
import { TryCard } from './try-card';

interface RuleRowProps {
  rule: RoutingRule;
  fields: FilterField[];
  first: boolean;
  last: boolean;
  onMove: (step: -1 | 1) => void;
  onEdit: () => void;
}

function RuleRow({ rule, fields, first, last, onMove, onEdit }: RuleRowProps) {
  const { t } = useTranslation('settings');
  const { t: words } = useTranslation('components');
  const mayWrite = useMay('routing:write');
  const { name } = rule;
  const path = `/api/v1/routing-rules/${rule.id}`;
  const change = async (work: () => Promise<unknown>, done?: string) => {
    try {
      await work();
      if (done) toastSuccess(done);
    } catch (reason) {
      toastError(t('notSavedNamed', { name }), reason);
    }
    await invalidatePaths('/api/v1/routing-rules');
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('routing.removeTitle', { name }),
      message: t('routing.removeText', { name }),
      confirm: t('routing.remove'),
    });
    if (sure) await change(() => request('delete', path), t('routing.removed', { name }));
  };
  const people = rule.members
    .map((person) =>
      rule.strategy === 'weights' ? `${person.name} ×${person.weight}` : person.name,
    )
    .join(', ');
  return (
    <li className={classes.row}>
      <Switch
        aria-label={t('routing.enabledNamed', { name })}
        checked={rule.enabled}
        disabled={!mayWrite}
        onChange={({ currentTarget: { checked } }) =>
          void change(() =>
            request('patch', path, { body: { enabled: checked }, version: rule.version }),
          )
        }
      />
      <div className={classes.main}>
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {name}
          </Text>
          <Badge color="gray">{t(`routing.strategies.${rule.strategy}`)}</Badge>
        </Group>
        <Text size="sm">
          {rule.condition
            ? describe(rule.condition as Condition, fields, words)
            : t('routing.everyone')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('routing.to', { people, count: rule.assigned, number: formatNumber(rule.assigned) })}
        </Text>
        {rule.problem && (
          <Text size="xs" c="var(--mantine-color-red-text)">
            {rule.problem}
          </Text>
        )}
      </div>
      {mayWrite && (
        <RowActions
          name={name}
          first={first}
          last={last}
          onMove={onMove}
          onEdit={onEdit}
          onDelete={() => void remove()}
        />
      )}
    </li>
  );
}

function DecisionsCard() {
  const { t } = useTranslation('settings');
  const { data } = useQuery(decisionsQuery());
  if (!data || data.length === 0) return null;
  return (
    <SettingsCard title={t('routing.decisions')} description={t('routing.decisionsText')}>
      <ul className={classes.rows}>
        {data.map((decision) => (
          <li key={decision.id} className={classes.row}>
            <div className={classes.main}>
              <Text size="sm" fw={500}>
                {decision.owner_name}
              </Text>
              <Text size="xs" c="dimmed">
                {decision.reason}
              </Text>
            </div>
            <Text size="xs" c="dimmed" component="time" dateTime={decision.decided_at}>
              {formatRelative(decision.decided_at)}
            </Text>
          </li>
        ))}
      </ul>
    </SettingsCard>
  );
}

/** Who gets new leads: rules in order, a trial, and the latest decisions. */
export function RoutingPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(rulesQuery());
  const { data: catalogue } = useQuery(fieldCatalogueQuery());
  const mayWrite = useMay('routing:write');
  const [edited, setEdited] = useState<RoutingRule | 'new'>();
  const move = async (index: number, step: -1 | 1) => {
    const rule_ids = moved(data ?? [], index, step).map((rule) => rule.id);
    try {
      await request('put', '/api/v1/routing-rules/order', { body: { rule_ids } });
    } catch (reason) {
      toastError(t('routing.notMoved'), reason);
    }
    await invalidatePaths('/api/v1/routing-rules');
  };
  return (
    <Page layout="form">
      <PageHeader
        title={t('routing.title')}
        description={t('routing.text')}
        actions={
          mayWrite && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
              {t('routing.new')}
            </Button>
          )
        }
      />
      <SettingsCard title={t('routing.rules')} description={t('routing.rulesText')}>
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines />}
        {data?.length === 0 && (
          <EmptyState icon={IconRoute} title={t('routing.empty')} compact>
            {t('routing.emptyText')}
          </EmptyState>
        )}
        <ol className={classes.rows}>
          {data?.map((rule, index) => (
            <RuleRow
              key={rule.id}
              rule={rule}
              fields={(catalogue?.fields ?? []) as FilterField[]}
              first={index === 0}
              last={index === data.length - 1}
              onMove={(step) => void move(index, step)}
              onEdit={() => setEdited(rule)}
            />
          ))}
        </ol>
      </SettingsCard>
      {data && data.length > 0 && <TryCard />}
      <DecisionsCard />
      {edited && (
        <RuleDialog
          rule={edited === 'new' ? undefined : edited}
          catalogue={catalogue}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}
