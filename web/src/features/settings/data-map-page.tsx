import { Badge, SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { IconListDetails } from '@/app/icons';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { byTable, plainName, SHOWN, type Shown } from './data-map';
import { type DataMapEntry, dataMapQuery } from './queries';
import classes from './settings.module.css';

const route = getRouteApi('/_app/settings/data-map');
const COLOURS = {
  internal: 'gray',
  personal: 'blue',
  contact: 'yellow',
  sensitive: 'red',
} as const;

function Columns({ entries }: { entries: DataMapEntry[] }) {
  const { t } = useTranslation('settings');
  return (
    <ul className={classes.rows}>
      {entries.map((entry) => (
        <li key={entry.column} className={classes.row}>
          <div className={classes.main}>
            <Text size="sm" fw={500} title={entry.column}>
              {entry.label ?? plainName(entry.column)}
            </Text>
            <Text size="xs" c="dimmed">
              {entry.seen_by.length > 0
                ? t('dataMap.seenBy', { roles: entry.seen_by.join(', ') })
                : t('dataMap.nobody')}
            </Text>
          </div>
          <Badge color={COLOURS[entry.classification]}>
            {t(`dataMap.classes.${entry.classification}`)}
          </Badge>
        </li>
      ))}
    </ul>
  );
}

/** What is kept about whom, and who sees it: for data protection officers and the curious. */
export function DataMapPage() {
  const { t } = useTranslation('settings');
  const { show = 'personal' } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(dataMapQuery());
  const tables = data && byTable(data.items, show);
  return (
    <Page layout="form">
      <PageHeader title={t('dataMap.title')} description={t('dataMap.text')} />
      <Stack gap="md">
        <SegmentedControl
          aria-label={t('dataMap.only')}
          data={SHOWN.map((value) => ({ value, label: t(`dataMap.${value}`) }))}
          value={show}
          onChange={(value) =>
            void navigate({
              search: { show: value === 'personal' ? undefined : (value as Shown) },
              replace: true,
            })
          }
        />
        <Text size="sm" c="dimmed">
          {t('dataMap.meaning')}
        </Text>
        {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines lines={12} />}
        {tables?.length === 0 && (
          <EmptyState icon={IconListDetails} title={t('dataMap.empty')} compact />
        )}
        {tables?.map(([table, entries]) => (
          <SettingsCard key={table} title={t(`dataMap.tables.${table}`, plainName(table))}>
            <Columns entries={entries} />
          </SettingsCard>
        ))}
      </Stack>
    </Page>
  );
}
