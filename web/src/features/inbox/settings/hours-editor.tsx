import { NumberInput, Select, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { timeZones } from '@/app/choices';
import { formatNumber } from '@/app/format';
import { dayIn } from '@/components/booking/zoned';
import { Columns, Editor } from '@/components/editor';
import { useHolidays } from '@/components/hours/holidays';
import { HolidaysCard } from '@/components/hours/holidays-card';
import { SpecialDays } from '@/components/hours/special-days';
import { entriesOf, hoursOf, problemOf, weekOf } from '@/components/hours/weekly';
import { WeeklyHours } from '@/components/hours/weekly-hours';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { useDraft } from '@/components/use-draft';
import { HOURS, hoursQuery, type OfficeHours } from '../queries';

const MOST_MINUTES = 10_080;
const MOST_HOURS = 2160;

function draftOf(hours: OfficeHours) {
  return {
    time_zone: hours.time_zone,
    week: weekOf(hours.weekly),
    overrides: hours.overrides,
    holidays: hours.holidays,
    first_reply_minutes: hours.first_reply_minutes,
    next_reply_minutes: hours.next_reply_minutes,
    close_after_hours: hours.close_after_hours,
  };
}
type Draft = ReturnType<typeof draftOf>;

function Form({ hours, readOnly }: { hours: OfficeHours; readOnly: boolean }) {
  const { t } = useTranslation('inbox/settings');
  const { form, changes, dirty } = useDraft<Draft>(draftOf(hours), {});
  const draft = form.values;
  const change = (part: Partial<Draft>) => form.setValues(part);
  const today = dayIn(draft.time_zone, new Date());
  const holidays = useHolidays(draft.holidays, today);
  const save = () => {
    const { week, ...rest } = changes;
    return request('patch', HOURS, {
      body: { ...rest, ...(week ? { weekly: entriesOf(week) } : {}) },
      version: hours.version,
    });
  };
  return (
    <Editor
      name={t('hours.title')}
      form={form}
      dirty={dirty}
      readOnly={readOnly}
      blocked={draft.week.some(problemOf)}
      onSave={save}
      stale={[HOURS]}
    >
      <Columns
        share="fifths"
        beside={
          <>
            <SpecialDays
              overrides={draft.overrides}
              holidays={holidays.days}
              timeZone={draft.time_zone}
              readOnly={readOnly}
              onChange={(overrides) => change({ overrides })}
            />
            <HolidaysCard
              value={draft.holidays}
              onChange={(value) => change({ holidays: value })}
              countries={holidays.countries}
              days={holidays.days}
              today={today}
              readOnly={readOnly}
              text={t('hours.holidays')}
            />
          </>
        }
      >
        <SettingsCard
          title={t('hours.title')}
          description={t('hours.text', { hours: formatNumber(hoursOf(draft.week)) })}
        >
          <WeeklyHours
            week={draft.week}
            onChange={(week) => change({ week })}
            readOnly={readOnly}
          />
          <Select
            label={t('hours.zone')}
            searchable
            readOnly={readOnly}
            value={draft.time_zone}
            data={timeZones(draft.time_zone)}
            onChange={(zone) => zone && change({ time_zone: zone })}
          />
        </SettingsCard>
        <SettingsCard title={t('promise.title')} description={t('promise.text')}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <NumberInput
              label={t('hours.first')}
              min={1}
              max={MOST_MINUTES}
              readOnly={readOnly}
              {...form.getInputProps('first_reply_minutes')}
            />
            <NumberInput
              label={t('hours.next')}
              min={1}
              max={MOST_MINUTES}
              readOnly={readOnly}
              {...form.getInputProps('next_reply_minutes')}
            />
            <NumberInput
              label={t('hours.close')}
              min={1}
              max={MOST_HOURS}
              readOnly={readOnly}
              {...form.getInputProps('close_after_hours')}
            />
          </SimpleGrid>
          <Text size="xs" c="dimmed">
            {t('hours.closeText')}
          </Text>
        </SettingsCard>
      </Columns>
    </Editor>
  );
}

/** When people answer, and how fast they promise to. */
export function HoursEditor({ mayManage }: { mayManage: boolean }) {
  const { data: hours, error, refetch } = useQuery(hoursQuery());
  if (error && !hours) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!hours) return <LoadingLines lines={8} height={32} />;
  return <Form hours={hours} readOnly={!mayManage} />;
}
