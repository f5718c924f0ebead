import { Button, Checkbox, Group, Select, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { ApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { timeZones } from '@/app/choices';
import { formatNumber } from '@/app/format';
import { IconTrash } from '@/app/icons';
import { useLeaveGuard } from '@/components/api-form';
import { dayIn } from '@/components/booking/zoned';
import { askConfirm } from '@/components/confirm';
import { useHolidays } from '@/components/hours/holidays';
import { HolidaysCard } from '@/components/hours/holidays-card';
import { SpecialDays } from '@/components/hours/special-days';
import { entriesOf, hoursOf, problemOf, type Week, weekOf } from '@/components/hours/weekly';
import { WeeklyHours } from '@/components/hours/weekly-hours';
import { SaveBar } from '@/components/save-bar';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { AVAILABILITY, EVENT_TYPES, type Schedule } from '../queries';
import classes from './availability.module.css';

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

/** One schedule: weekly hours, days unlike the others, holidays. Saved as a whole. */
export function ScheduleEditor({ schedule, readOnly, onGone }: ScheduleEditorProps) {
  const { t } = useTranslation('meetings/availability');
  const [draft, setDraft] = useState(() => draftOf(schedule));
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const dirty = JSON.stringify(draft) !== JSON.stringify(draftOf(schedule));
  useLeaveGuard(dirty && !busy);
  const today = dayIn(draft.time_zone, new Date());
  const holidays = useHolidays(draft.holidays, today);
  const broken = draft.week.some(problemOf) || draft.name.trim() === '';
  const save = async () => {
    setBusy(true);
    const { week, ...rest } = draft;
    try {
      await request('patch', `${AVAILABILITY}/${schedule.id}`, {
        body: { ...rest, name: rest.name.trim(), weekly: entriesOf(week) },
        version: schedule.version,
      });
      await invalidatePaths(AVAILABILITY, EVENT_TYPES);
      toastSuccess(t('saved'));
    } catch (reason) {
      const changed = reason instanceof ApiError && reason.status === 412;
      toastError(t(changed ? 'changedMeanwhile' : 'notSaved'), reason);
      if (changed) await invalidatePaths(AVAILABILITY);
    }
    setBusy(false);
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('delete.title'),
      message: t('delete.text', { name: schedule.name }),
      confirm: t('delete.do'),
    });
    if (!sure) return;
    setBusy(true);
    try {
      await request('delete', `${AVAILABILITY}/${schedule.id}`, { version: schedule.version });
      onGone();
      await invalidatePaths(AVAILABILITY, EVENT_TYPES);
    } catch (reason) {
      toastError(t('delete.failed', { name: schedule.name }), reason);
      setBusy(false);
    }
  };
  return (
    <>
      <div className={classes.columns}>
        <div>
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
        </div>
        <div>
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
        </div>
      </div>
      {dirty && (
        <SaveBar
          busy={busy}
          disabled={broken}
          onDiscard={() => setDraft(draftOf(schedule))}
          onSave={() => void save()}
        />
      )}
    </>
  );
}
