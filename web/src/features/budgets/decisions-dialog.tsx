import { Badge, Button, Card, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber, formatPercent } from '@/app/format';
import { IconArrowBackUp } from '@/app/icons';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { changeBudget, type Decision, decisionsQuery, type Pool, usd } from './queries';

const CONCLUDED = new Set<Decision['code']>(['moved', 'kept']);

function Shares({ decision }: { decision: Decision }) {
  const { t } = useTranslation('budgets');
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('campaign')}</Table.Th>
            <Table.Th ta="end">{t('goals')}</Table.Th>
            <Table.Th ta="end">{t('chance')}</Table.Th>
            <Table.Th ta="end">{t('share')}</Table.Th>
            <Table.Th ta="end">{t('maySpend')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {decision.shares.map((one) => (
            <Table.Tr key={one.campaign_id}>
              <Table.Td>
                {one.name} {one.locked && <Badge color="gray">{t('locked')}</Badge>}
              </Table.Td>
              <Table.Td ta="end" className="tw-number">
                {t('goalsFor', { goals: formatNumber(one.goals), amount: usd(one.cost_microusd) })}
              </Table.Td>
              <Table.Td ta="end" className="tw-number">
                {one.chance === null ? '–' : formatPercent(one.chance, 1)}
              </Table.Td>
              <Table.Td ta="end" className="tw-number">
                {t('fromTo', { from: formatPercent(one.before), to: formatPercent(one.after) })}
              </Table.Td>
              <Table.Td ta="end" className="tw-number">
                {usd(one.allotted_microusd)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** What the decision is expected to bring for the same money, against what else could have been. */
function Compared({ decision }: { decision: Decision }) {
  const { t } = useTranslation('budgets');
  const before = decision.alternatives.find(({ name }) => name === 'as_it_was')?.goals ?? 0;
  if (!CONCLUDED.has(decision.code) || before <= 0) return null;
  const more = (goals: number) =>
    formatNumber(goals / before - 1, { style: 'percent', signDisplay: 'exceptZero' });
  return (
    <Text size="xs" c="dimmed">
      {t('compared', {
        more: more(decision.goals),
        others: decision.alternatives
          .filter(({ name }) => name !== 'as_it_was')
          .map((one) => `${t(`alternative.${one.name}`)} ${more(one.goals)}`)
          .join(', '),
      })}
    </Text>
  );
}

function DecisionCard({ pool, decision }: { pool: Pool; decision: Decision }) {
  const { t } = useTranslation('budgets');
  const [busy, setBusy] = useState(false);
  const undo = async () => {
    setBusy(true);
    try {
      await changeBudget('post', `/${pool.id}/decisions/${decision.id}/undo`);
      toastSuccess(t('undo.done'));
    } catch (reason) {
      toastError(t('undo.failed'), reason);
    }
    setBusy(false);
  };
  const would = decision.moved && decision.mode === 'shadow';
  return (
    <Card component="li">
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Badge color={decision.moved ? 'blue' : 'gray'}>
              {t(would ? 'code.would' : `code.${decision.code}`)}
            </Badge>
            {decision.undone_at && (
              <Badge color="yellow">{t('undo.undone', { name: decision.undone_by_name })}</Badge>
            )}
            <Text size="xs" c="dimmed">
              {formatDateTime(decision.decided_at)}
              {decision.actor_name && ` · ${decision.actor_name}`}
            </Text>
          </Group>
          {decision.can_be_undone && (
            <Button
              variant="default"
              size="xs"
              leftSection={<IconArrowBackUp size={16} />}
              loading={busy}
              onClick={() => void undo()}
            >
              {t('undo.do')}
            </Button>
          )}
        </Group>
        <Text size="sm">{t(`reason.${decision.code}`)}</Text>
        <Shares decision={decision} />
        <Compared decision={decision} />
      </Stack>
    </Card>
  );
}

/** What was decided on a budget, from what, with which chances, and what else could have been. */
export function DecisionsDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const { t } = useTranslation('budgets');
  const { data, error, refetch } = useQuery(decisionsQuery(pool.id));
  return (
    <Modal opened onClose={onClose} size="xl" title={t('decisions.title', { name: pool.name })}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={3} height={96} />}
      {data?.length === 0 && (
        <EmptyState title={t('decisions.empty')} compact>
          {t('decisions.emptyText')}
        </EmptyState>
      )}
      <Stack gap="sm" component="ul" m={0} p={0}>
        {data?.map((decision) => (
          <DecisionCard key={decision.id} pool={pool} decision={decision} />
        ))}
      </Stack>
    </Modal>
  );
}
