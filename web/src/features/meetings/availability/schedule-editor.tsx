import { Button, Checkbox, Group, Select, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { timeZones } from '@/app/choices';
import { formatNumber } from '@/app/format';
import { IconTrash } from '@/app/icons';
import { dayIn } from '@/components/booking/zoned';
import { Columns, Editor } from '@/components/editor';
import { useHolidays } from '@/components/hours/holidays';
import { HolidaysCard } from '@/components/hours/holidays-card';
import { SpecialDays } from '@/components/hours/special-days';
import { entriesOf, hoursOf, problemOf, type Week, weekOf } from '@/components/hours/weekly';
import { WeeklyHours } from '@/components/hours/weekly-hours';
import { erase } from '@/components/item-actions';
import { SettingsCard } from '@/components/settings-card';
import { useDraft } from '@/components/use-draft';
import { AVAILABILITY, EVENT_TYPES, type Schedule } from '../queries';

interface Draft
  extends Pick<Schedule, 'name' | 'time_zone' | 'is_default' | 'overrides' | 'holidays'> {
  week: Week;
}

const draftOf = (schedule: Schedule): Draft => ({
  name: schedule.name,
  time_zone: schedule.time_zone,
  is_default: schedule.is_default,
  week: weekOf(schedule.weekly),
  overrides: schedule.overrides,
  holidays: schedule.holidays,
});

interface ScheduleEditorProps {
  schedule: Schedule;
  readOnly: boolean;
  /** After it was deleted. */
  onGone: () => void;
}

/** One schedule: weekly hours, days unlike the others, holidays. */
export function ScheduleEditor({ schedule, readOnly, onGone }: ScheduleEditorProps) {
  const { t } = useTranslation('meetings/availability');
  const { form, changes, dirty } = useDraft(draftOf(schedule), {});
  const draft = form.values;
  const change = (part: Partial<Draft>) => form.setValues(part);
  const today = dayIn(draft.time_zone, new Date());
  const holidays = useHolidays(draft.holidays, today);
  const save = () => {
    const { week, ...rest } = changes;
    return request('patch', `${AVAILABILITY}/${schedule.id}`, {
      body: { ...rest, ...(week ? { weekly: entriesOf(week) } : {}) },
      version: schedule.version,
    });
  };
  const remove = () =>
    erase({
      list: AVAILABILITY,
      item: schedule,
      title: schedule.name,
      remove: { title: t('delete.title'), text: t('delete.text', { name: schedule.name }) },
      onGone,
    });
  return (
    <Editor
      name={schedule.name}
      form={form}
      dirty={dirty}
      readOnly={readOnly}
      blocked={draft.week.some(problemOf) || draft.name.trim() === ''}
      bySearch
      onSave={save}
      stale={[AVAILABILITY, EVENT_TYPES]}
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
            />
          </>
        }
      >
        <SettingsCard
          title={t('weekly.title')}
          description={t('weekly.text', { hours: formatNumber(hoursOf(draft.week)) })}
        >
          <WeeklyHours
            week={draft.week}
            onChange={(week) => change({ week })}
            readOnly={readOnly}
          />
          {!readOnly && (
            <Text size="xs" c="dimmed">
              {t('weekly.keys')}
            </Text>
          )}
        </SettingsCard>
        <SettingsCard title={t('general.title')}>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <TextInput
              label={t('general.name')}
              required
              maxLength={80}
              readOnly={readOnly}
              value={draft.name}
              error={draft.name.trim() === '' && t('general.nameMissing')}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
            <Select
              label={t('general.zone')}
              searchable
              readOnly={readOnly}
              value={draft.time_zone}
              data={timeZones(draft.time_zone)}
              onChange={(zone) => zone && change({ time_zone: zone })}
            />
          </SimpleGrid>
          <Group justify="space-between">
            <Checkbox
              label={t(schedule.user_id ? 'general.ownDefault' : 'general.sharedDefault')}
              checked={draft.is_default}
              disabled={readOnly || schedule.is_default}
              onChange={(event) => change({ is_default: event.currentTarget.checked })}
            />
            {!readOnly && (
              <Button
                variant="subtle"
                color="red"
                leftSection={<IconTrash size={16} />}
                onClick={() => void remove()}
              >
                {t('delete.do')}
              </Button>
            )}
          </Group>
        </SettingsCard>
      </Columns>
    </Editor>
  );
}
