import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { IconCoin } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ListPage } from '@/components/list-page';
import { DecisionsDialog } from './decisions-dialog';
import { PoolCard } from './pool-card';
import { PoolDialog } from './pool-dialog';
import { poolsQuery } from './queries';

const route = getRouteApi('/_app/budgets');

/** Budgets that campaigns share, and what moves between them. */
export function BudgetsPage() {
  const { t } = useTranslation('budgets');
  const { edit, decisions } = route.useSearch();
  const navigate = route.useNavigate();
  const mayMove = useMay('campaigns:launch');
  const query = useQuery(poolsQuery());
  const edited = query.data?.find(({ id }) => id === edit);
  const shown = query.data?.find(({ id }) => id === decisions);
  const open = (search: { edit?: string; decisions?: string }) => void navigate({ search });
  return (
    <ListPage
      query={query}
      title={t('title')}
      description={t('text')}
      begin={mayMove && { label: t('add'), Dialog: PoolDialog }}
      empty={{ icon: IconCoin, title: t('empty'), text: t('emptyText') }}
      loading={{ lines: 2, height: 240 }}
    >
      {(pools) => (
        <Stack gap="md">
          {pools.map((pool) => (
            <PoolCard
              key={pool.id}
              pool={pool}
              mayMove={mayMove}
              onEdit={() => open({ edit: pool.id })}
              onDecisions={() => open({ decisions: pool.id })}
            />
          ))}
          {mayMove && edited && <PoolDialog pool={edited} onClose={() => open({})} />}
          {shown && <DecisionsDialog pool={shown} onClose={() => open({})} />}
        </Stack>
      )}
    </ListPage>
  );
}
