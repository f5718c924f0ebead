import {
  ActionIcon,
  Badge,
  Card,
  Group,
  Loader,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ownTimeZone, timeZones } from '@/app/choices';
import { formatDate, formatNumber } from '@/app/format';
import { IconChevronLeft, IconChevronRight } from '@/app/icons';
import { addDays, dayIn, instantAt, minutesIn, weekFrom } from '@/components/booking/zoned';
import { timeOf } from '@/components/hours/weekly';
import { ErrorState } from '@/components/page-states';
import { differing } from '@/components/use-draft';
import { type EventType, previewQuery } from '../queries';
import { type Draft, draftOf } from './draft';
import { PreviewGrid } from './preview-grid';
import { Why } from './why';

const route = getRouteApi('/_app/meetings/event-types/$eventTypeId');

/** What visitors would see, with the changes not saved yet, and the answer to "why not then?". */
export function PreviewCard({ eventType, draft }: { eventType: EventType; draft: Draft }) {
  const { t } = useTranslation('meetings/event-types');
  const { week, length: wanted, ask } = route.useSearch();
  const navigate = route.useNavigate();
  const [zone, setZone] = useState(ownTimeZone);
  const [settled] = useDebouncedValue(draft, 400);
  const changes = differing(settled, draftOf(eventType));
  const today = dayIn(zone, new Date());
  const from = week && week > today ? week : today;
  const days = weekFrom(from);
  const length = settled.lengths.find((minutes) => minutes === wanted) ?? settled.lengths[0] ?? 30;
  const asked = ask && !Number.isNaN(Date.parse(ask)) ? new Date(ask) : undefined;
  const { data, error, isFetching, refetch } = useQuery(
    previewQuery(eventType, changes, {
      start: instantAt(zone, from, 0).toISOString(),
      end: instantAt(zone, addDays(from, 7), 0).toISOString(),
      length,
      at: asked?.toISOString(),
    }),
  );
  const go = (part: { week?: string | undefined; length?: number; ask?: string | undefined }) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const turn = (by: number) => {
    const next = addDays(from, by);
    go({ week: next <= today ? undefined : next });
  };
  const askAbout = (day: string, minutes: number) =>
    go({ ask: instantAt(zone, day, minutes).toISOString() });
  const changed = Object.keys(changes).length > 0;
  return (
    <Card component="section" aria-labelledby="event-type-preview">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <Group gap="xs">
            <Title order={2} size="h3" id="event-type-preview">
              {t('preview.title')}
            </Title>
            {changed && <Badge color="yellow">{t('preview.unsaved')}</Badge>}
            {isFetching && <Loader size={14} aria-label={t('preview.loading')} />}
          </Group>
          <Group gap={4} wrap="nowrap">
            <ActionIcon
              aria-label={t('preview.earlier')}
              disabled={from <= today}
              onClick={() => turn(-7)}
            >
              <IconChevronLeft size={16} />
            </ActionIcon>
            <ActionIcon aria-label={t('preview.later')} onClick={() => turn(7)}>
              <IconChevronRight size={16} />
            </ActionIcon>
          </Group>
        </Group>
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" aria-live="polite">
            {data
              ? t('preview.count', {
                  count: data.slots.length,
                  shown: formatNumber(data.slots.length),
                  from: formatDate(`${from}T12:00:00`),
                  to: formatDate(`${days[6]}T12:00:00`),
                })
              : t('preview.loading')}
          </Text>
          {settled.lengths.length > 1 && (
            <SegmentedControl
              aria-label={t('preview.length')}
              value={String(length)}
              onChange={(value) => go({ length: Number(value) })}
              data={settled.lengths.map((minutes) => ({
                value: String(minutes),
                label: t('minutes', { count: minutes }),
              }))}
            />
          )}
        </Group>
        <Group gap="sm" grow preventGrowOverflow={false} align="flex-end">
          <TextInput
            type="datetime-local"
            label={t('preview.ask')}
            value={asked ? `${dayIn(zone, asked)}T${timeOf(minutesIn(zone, asked))}` : ''}
            onChange={(event) => {
              const [day, time] = event.currentTarget.value.split('T');
              const [hours = 0, minutes = 0] = (time ?? '').split(':').map(Number);
              if (day && time) askAbout(day, hours * 60 + minutes);
              else go({ ask: undefined });
            }}
          />
          <Select
            label={t('preview.zone')}
            searchable
            data={timeZones(zone)}
            value={zone}
            onChange={(value) => value && setZone(value)}
          />
        </Group>
        <div aria-live="polite">
          {asked && data?.answer && <Why answer={data.answer} zone={zone} />}
          {!asked && (
            <Text size="xs" c="dimmed">
              {t('preview.hint')}
            </Text>
          )}
        </div>
        {error && !data ? (
          <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
        ) : (
          <PreviewGrid
            days={days}
            slots={data?.slots ?? []}
            zone={zone}
            increment={settled.increment}
            asked={asked}
            onAsk={askAbout}
          />
        )}
      </Stack>
    </Card>
  );
}
