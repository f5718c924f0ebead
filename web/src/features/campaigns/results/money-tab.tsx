import { Button, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatMoney, formatNumber } from '@/app/format';
import { IconPlus, IconUpload } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ItemMenu } from '@/components/item-actions';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { StatCard } from '@/components/stat-card';
import type { TabProps } from '../campaign-page';
import { CAMPAIGNS, type Campaign, type MoneyOfCurrency } from '../queries';
import { CostDialog, CostsImportDialog } from './cost-dialogs';
import { costsQuery } from './queries';

const route = getRouteApi('/_app/campaigns/$campaignId/');

const times = (value: number | null) =>
  value === null ? '–' : `${formatNumber(value, { maximumFractionDigits: 1 })}×`;

function Figures({ money }: { money: MoneyOfCurrency }) {
  const { t } = useTranslation('campaigns');
  const { currency } = money;
  const shown = (minor: number | null) => (minor === null ? '–' : formatMoney(minor, currency));
  return (
    <SimpleGrid cols={{ base: 2, md: 5 }} spacing="md">
      <StatCard
        label={t('money.spend', { currency })}
        value={shown(money.spend_minor)}
        hint={t('money.messages', { amount: shown(money.messages_minor) })}
      />
      <StatCard
        label={t('money.revenue')}
        value={shown(money.revenue_minor)}
        hint={t('money.deals', { count: money.deals })}
      />
      <StatCard
        label={t('money.roi')}
        value={
          money.roi === null
            ? '–'
            : formatNumber(money.roi, { style: 'percent', signDisplay: 'exceptZero' })
        }
        hint={t('money.roiText')}
      />
      <StatCard label={t('money.roas')} value={times(money.roas)} hint={t('money.roasText')} />
      <StatCard label={t('money.perGoal')} value={shown(money.cost_per_goal_minor)} />
    </SimpleGrid>
  );
}

function Costs({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const { costs: adding } = route.useSearch();
  const navigate = route.useNavigate();
  const [importing, setImporting] = useState(false);
  const mayWrite = useMay('campaigns:write');
  const { data, error, refetch } = useQuery(costsQuery(campaign.id));
  const show = (costs: true | undefined) =>
    void navigate({ search: { tab: 'money', costs }, replace: !costs });
  return (
    <SettingsCard
      title={t('costs.title')}
      description={t('costs.text')}
      action={
        mayWrite && (
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconUpload size={16} />}
              onClick={() => setImporting(true)}
            >
              {t('costs.import')}
            </Button>
            <Button
              variant="default"
              leftSection={<IconPlus size={16} />}
              onClick={() => show(true)}
            >
              {t('costs.add')}
            </Button>
          </Group>
        )
      }
    >
      {error && !data && (
        <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
      )}
      {!data && !error && <LoadingLines lines={3} height={32} />}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('costs.none')}
        </Text>
      )}
      {data && data.length > 0 && (
        <Table.ScrollContainer minWidth={520}>
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('costs.day')}</Table.Th>
                <Table.Th>{t('costs.channel')}</Table.Th>
                <Table.Th>{t('costs.note')}</Table.Th>
                <Table.Th ta="end">{t('costs.amount')}</Table.Th>
                {mayWrite && (
                  <Table.Th>
                    <span className="tw-hidden">{t('costs.action')}</span>
                  </Table.Th>
                )}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.map((cost) => {
                const title = t('costs.one', {
                  day: formatDate(cost.day),
                  amount: formatMoney(cost.amount_minor, cost.currency),
                });
                return (
                  <Table.Tr key={cost.id}>
                    <Table.Td>{formatDate(cost.day)}</Table.Td>
                    <Table.Td>{cost.channel || '–'}</Table.Td>
                    <Table.Td>{cost.note}</Table.Td>
                    <Table.Td ta="end" className="tw-number">
                      {formatMoney(cost.amount_minor, cost.currency)}
                    </Table.Td>
                    {mayWrite && (
                      <Table.Td ta="end">
                        <ItemMenu
                          list={`${CAMPAIGNS}/${campaign.id}/costs`}
                          item={cost}
                          title={title}
                          remove={{ title: t('costs.deleteTitle'), text: title }}
                        />
                      </Table.Td>
                    )}
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {adding && mayWrite && (
        <CostDialog campaignId={campaign.id} onClose={() => show(undefined)} />
      )}
      {importing && (
        <CostsImportDialog campaignId={campaign.id} onClose={() => setImporting(false)} />
      )}
    </SettingsCard>
  );
}

/** What the campaign cost and what its people brought, by currency; every other cost can be added. */
export function MoneyTab({ campaign, results }: TabProps) {
  const { t } = useTranslation('campaigns');
  return (
    <Stack gap="md">
      {results.money.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('money.none')}
        </Text>
      ) : (
        results.money.map((money) => <Figures key={money.currency} money={money} />)
      )}
      <Text size="xs" c="dimmed">
        {t('money.influenced', { days: campaign.draft.goal.within_days })}
      </Text>
      <Costs campaign={campaign} />
    </Stack>
  );
}
