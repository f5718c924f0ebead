import { Badge, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { IconRoute } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ItemMenu } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { CardList, ListPage } from '@/components/list-page';
import { JourneyDialog } from './journey-dialog';
import { JOURNEYS, type JourneyRow, journeysQuery } from './queries';

const COLOURS = { draft: 'gray', live: 'green', paused: 'yellow', stopped: 'red' } as const;

/** Whether a journey runs, and whether its draft is ahead of what runs. */
export function JourneyBadges({ journey }: { journey: JourneyRow }) {
  const { t } = useTranslation('journeys');
  return (
    <Group gap={4}>
      <Badge color={COLOURS[journey.state]}>{t(`state.${journey.state}`)}</Badge>
      {journey.unpublished_changes && journey.published_number !== null && (
        <Badge color="yellow">{t('state.changes')}</Badge>
      )}
    </Group>
  );
}

function Row({ journey, mayWrite }: { journey: JourneyRow; mayWrite: boolean }) {
  const { t } = useTranslation('journeys');
  const { waiting, done, exited, failed, goal } = journey.people;
  const all = waiting + done + exited + failed;
  const removable = mayWrite && journey.state !== 'live' && journey.state !== 'paused';
  return (
    <ItemCard
      title={journey.name}
      to={`/journeys/${journey.id}`}
      badges={<JourneyBadges journey={journey} />}
      facts={[
        journey.campaign_id !== null && t('list.ofCampaign'),
        t('list.steps', { count: journey.step_count }),
        t('list.waiting', { count: waiting, shown: formatNumber(waiting) }),
        all > 0 && t('list.goal', { count: goal, shown: formatNumber(goal) }),
        journey.description,
      ]}
      actions={
        removable && (
          <ItemMenu
            list={JOURNEYS}
            item={journey}
            title={journey.name}
            remove={{ title: t('delete.title'), text: t('delete.text', { name: journey.name }) }}
          />
        )
      }
    />
  );
}

/** Journeys: what happens with people, step by step. */
export function JourneysPage() {
  const { t } = useTranslation('journeys');
  const mayWrite = useMay('campaigns:write');
  return (
    <ListPage
      query={useQuery(journeysQuery())}
      title={t('title')}
      description={t('text')}
      begin={mayWrite && { label: t('list.add'), Dialog: JourneyDialog }}
      empty={{ icon: IconRoute, title: t('list.empty'), text: t('list.emptyText') }}
    >
      {(journeys) => (
        <CardList>
          {journeys.map((journey) => (
            <Row key={journey.id} journey={journey} mayWrite={mayWrite} />
          ))}
        </CardList>
      )}
    </ListPage>
  );
}
