import { ActionIcon, Badge, Card, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatMoney } from '@/app/format';
import { IconPlus } from '@/app/icons';
import { leadName } from '@/app/lead-name';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { ScoreBadge } from '@/components/score-badge';
import { OpenTasks } from '@/components/tasks/open-tasks';
import type { Task } from '@/components/tasks/use-task-done';
import classes from './company.module.css';
import { type Company, companyDealsQuery, companyTasksQuery, peopleQuery } from './queries';

function Section({
  title,
  count,
  add,
  children,
}: {
  title: string;
  count?: number | undefined;
  add?: { label: string; run: () => void } | undefined;
  children: ReactNode;
}) {
  return (
    <Card component="section" aria-label={title}>
      <Group justify="space-between" mih={32} mb="xs" wrap="nowrap">
        <Group gap="xs">
          <Title order={2} size="h3">
            {title}
          </Title>
          {count !== undefined && count > 0 && (
            <Text size="sm" c="dimmed" className="tw-number">
              {count}
            </Text>
          )}
        </Group>
        {add && (
          <ActionIcon aria-label={add.label} title={add.label} onClick={add.run}>
            <IconPlus size={16} />
          </ActionIcon>
        )}
      </Group>
      {children}
    </Card>
  );
}

const Nothing = ({ children }: { children: ReactNode }) => (
  <Text size="sm" c="dimmed">
    {children}
  </Text>
);

/** Who works there, the best scores first. */
export function People({ company }: { company: Company }) {
  const { t } = useTranslation('companies');
  const { data, error, refetch } = useQuery(peopleQuery(company.id));
  return (
    <Section title={t('peopleTitle')} count={data?.total?.value}>
      {error && !data && (
        <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
      )}
      {!data && !error && <LoadingLines lines={4} />}
      {data?.items.length === 0 && <Nothing>{t('noPeople')}</Nothing>}
      <ul className={classes.items}>
        {data?.items.map((lead) => (
          <li key={lead.id}>
            <div className={classes.main}>
              <LinkAnchor to={`/leads/${lead.id}` as never} fw={500}>
                {leadName(lead, t('unnamed'))}
              </LinkAnchor>
              <Text size="xs" c="dimmed" className="tw-truncate">
                {[lead.job_title, lead.email].filter(Boolean).join(' · ')}
              </Text>
            </div>
            <ScoreBadge score={lead.score} band={lead.score_band} compact />
          </li>
        ))}
      </ul>
      {data?.next_cursor && (
        <LinkAnchor
          to={'/leads' as never}
          search={{ filter: { field: 'company_id', op: 'eq', value: company.id } } as never}
        >
          {t('allPeople')}
        </LinkAnchor>
      )}
    </Section>
  );
}

/** Deals with the company. */
export function Deals({ company }: { company: Company }) {
  const { t } = useTranslation('companies');
  const mayRead = useMay('deals:read');
  const { data, error, refetch } = useQuery({
    ...companyDealsQuery(company.id),
    enabled: mayRead,
  });
  if (!mayRead) return null;
  return (
    <Section title={t('deals')} count={data?.items.length}>
      {error && !data && (
        <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
      )}
      {!data && !error && <LoadingLines lines={2} />}
      {data?.items.length === 0 && <Nothing>{t('noDeals')}</Nothing>}
      <ul className={classes.items}>
        {data?.items.map((deal) => (
          <li key={deal.id}>
            <div className={classes.main}>
              <LinkAnchor to={`/deals/${deal.id}` as never}>{deal.name}</LinkAnchor>
              <div>
                <Badge color={{ open: 'blue', won: 'green', lost: 'gray' }[deal.kind]}>
                  {deal.stage_name}
                </Badge>
              </div>
            </div>
            {deal.amount_minor !== null && (
              <Text size="sm" className="tw-number">
                {formatMoney(deal.amount_minor, deal.currency)}
              </Text>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Open tasks about the company. */
export function Tasks({ company }: { company: Company }) {
  const { t } = useTranslation('companies');
  const mayRead = useMay('tasks:read');
  const mayWrite = useMay('tasks:write');
  const { data } = useQuery({ ...companyTasksQuery(company.id), enabled: mayRead });
  const [task, setTask] = useState<Task | 'new'>();
  if (!mayRead) return null;
  return (
    <Section
      title={t('tasks')}
      count={data?.items.length}
      add={mayWrite ? { label: t('addTask'), run: () => setTask('new') } : undefined}
    >
      {data?.items.length === 0 && <Nothing>{t('noTasks')}</Nothing>}
      <OpenTasks
        label={t('tasks')}
        items={data?.items}
        subject={{ company_id: company.id }}
        task={task}
        onTask={setTask}
      />
    </Section>
  );
}
