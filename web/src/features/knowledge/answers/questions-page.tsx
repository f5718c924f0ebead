import { SegmentedControl, SimpleGrid } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { StatCard } from '@/components/stat-card';
import { AskedList } from './asked-list';
import { GapsList } from './gaps-list';
import { gapsQuery } from './queries';
import { SHOWS } from './search';

const route = getRouteApi('/_app/knowledge/questions');

/** What people ask, what nothing answers, and what was done about it. */
export function QuestionsPage() {
  const { t } = useTranslation('knowledge/answers');
  const { show = 'open', outcome, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const { data } = useQuery(gapsQuery('open'));
  const share = (count: number | undefined) =>
    data && count !== undefined
      ? data.asked > 0
        ? formatPercent(count / data.asked)
        : '–'
      : undefined;
  const of = (count: number) => t('questions.of', { count, asked: formatNumber(data?.asked ?? 0) });
  return (
    <Page layout="wide">
      <PageHeader title={t('questions.title')} description={t('questions.text')} />
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="md">
        <StatCard label={t('questions.asked')} value={data && formatNumber(data.asked)} />
        <StatCard
          label={t('questions.answered')}
          value={share(data?.answered)}
          hint={data && of(data.answered)}
        />
        <StatCard
          label={t('questions.refused')}
          value={share(data?.refused)}
          hint={data && of(data.refused)}
        />
        <StatCard
          label={t('questions.helpful')}
          value={data && formatNumber(data.helpful)}
          hint={data && t('questions.helpfulHint', { count: data.unhelpful })}
        />
      </SimpleGrid>
      <SegmentedControl
        aria-label={t('questions.show')}
        value={show}
        data={SHOWS.map((value) => ({ value, label: t(`questions.shows.${value}`) }))}
        onChange={(value) =>
          void navigate({
            search: value === 'open' ? {} : { show: value as (typeof SHOWS)[number] },
          })
        }
        style={{ alignSelf: 'flex-start', maxWidth: '100%' }}
      />
      {show === 'all' ? (
        <AskedList
          outcome={outcome}
          cursor={cursor}
          onChange={(chosen, next) =>
            void navigate({ search: { show: 'all', outcome: chosen, cursor: next } })
          }
        />
      ) : (
        <GapsList state={show} />
      )}
    </Page>
  );
}
