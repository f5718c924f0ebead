import {
  Checkbox,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { Editor } from '@/components/editor';
import type { Condition } from '@/components/filter-bar/condition';
import {
  ClockField,
  ConditionField,
  EventField,
  type EventValue,
  WeekdaysField,
} from '@/components/journey/fields';
import { SettingsCard } from '@/components/settings-card';
import { useDraft } from '@/components/use-draft';
import type { Graph } from './graph';
import type { TabProps } from './journey-page';
import { PaceField } from './pace-field';
import { JOURNEYS } from './queries';

type Settings = NonNullable<Graph['settings']>;
type Reached = Settings['goal'];

const WAYS = ['none', 'condition', 'event'] as const;

/** Something that may come about: nothing, a condition, or an event. */
function ReachedField({
  label,
  description,
  value,
  onChange,
  readOnly,
}: {
  label: string;
  description: string;
  value: Reached;
  onChange: (value: Reached) => void;
  readOnly: boolean;
}) {
  const { t } = useTranslation('journeys');
  const way = value?.event ? 'event' : value?.condition ? 'condition' : 'none';
  return (
    <Stack gap="xs">
      <Select
        label={label}
        description={description}
        readOnly={readOnly}
        data={WAYS.map((one) => ({ value: one, label: t(`reached.${one}`) }))}
        value={way}
        onChange={(next) => {
          if (next === 'none') onChange(null);
          else if (next === 'event') {
            onChange({ condition: null, event: { kind: 'meeting.booked', where: [] } });
          } else onChange({ condition: { all: [] } as never, event: null });
        }}
      />
      {value?.event && (
        <EventField
          label={t('reached.eventLabel')}
          readOnly={readOnly}
          value={value.event as EventValue}
          onChange={(event) => onChange({ condition: null, event: event as never })}
        />
      )}
      {value?.condition && (
        <ConditionField
          label={t('reached.conditionLabel')}
          readOnly={readOnly}
          value={value.condition as unknown as Condition}
          onChange={(condition) => onChange({ condition: condition as never, event: null })}
        />
      )}
    </Stack>
  );
}

function Basics({ journey, readOnly }: TabProps) {
  const { t } = useTranslation('journeys');
  const { form, changes, dirty } = useDraft(
    { name: journey.name, description: journey.description },
    { validate: { name: (value) => (value.trim() ? null : t('new.nameMissing')) } },
  );
  return (
    <Editor
      name={journey.name}
      form={form}
      dirty={dirty}
      readOnly={readOnly}
      onSave={() =>
        request('patch', `${JOURNEYS}/${journey.id}`, { body: changes, version: journey.version })
      }
      stale={[JOURNEYS]}
    >
      <SettingsCard title={t('settings.basics')}>
        <TextInput
          label={t('new.name')}
          required
          maxLength={120}
          readOnly={readOnly}
          {...form.getInputProps('name')}
        />
        <Textarea
          label={t('settings.description')}
          autosize
          minRows={2}
          maxLength={500}
          readOnly={readOnly}
          {...form.getInputProps('description')}
        />
      </SettingsCard>
    </Editor>
  );
}

/** What holds for the whole journey: its goal, who leaves, who may come back, and when messages go. */
export function SettingsTab(props: TabProps) {
  const { t } = useTranslation('journeys');
  const { draft, readOnly } = props;
  const { value: graph, change } = draft;
  const settings = graph.settings as Settings;
  const set = (next: Partial<Settings>) =>
    change({ ...graph, settings: { ...settings, ...next } }, 'settings');
  const entry = settings.re_entry ?? { mode: 'never', days: null };
  const hours = settings.send_window;
  return (
    <Stack gap="md" maw={768}>
      <Basics {...props} />
      <SettingsCard title={t('settings.purpose')} description={t('settings.autosave')}>
        <ReachedField
          label={t('settings.goal')}
          description={t('settings.goalText')}
          readOnly={readOnly}
          value={settings.goal ?? null}
          onChange={(goal) => set({ goal })}
        />
        <ReachedField
          label={t('settings.exit')}
          description={t('settings.exitText')}
          readOnly={readOnly}
          value={settings.exit_when ?? null}
          onChange={(exit_when) => set({ exit_when })}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Select
            label={t('settings.reEntry')}
            readOnly={readOnly}
            data={(['never', 'after', 'always'] as const).map((value) => ({
              value,
              label: t(`reEntry.${value}`),
            }))}
            value={entry.mode ?? 'never'}
            onChange={(mode) =>
              set({ re_entry: { mode: mode as 'never', days: mode === 'after' ? 30 : null } })
            }
          />
          {entry.mode === 'after' && (
            <NumberInput
              label={t('settings.reEntryDays')}
              min={1}
              max={730}
              allowDecimal={false}
              readOnly={readOnly}
              value={entry.days ?? 30}
              onChange={(days) =>
                typeof days === 'number' && set({ re_entry: { mode: 'after', days } })
              }
            />
          )}
        </SimpleGrid>
      </SettingsCard>
      <SettingsCard title={t('pace.title')}>
        <PaceField
          readOnly={readOnly}
          value={settings.pace ?? null}
          onChange={(pace) => set({ pace })}
        />
      </SettingsCard>
      <SettingsCard title={t('settings.messages')}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={t('settings.consent')}
            description={t('settings.consentText')}
            maxLength={60}
            readOnly={readOnly}
            value={settings.purpose ?? 'marketing'}
            onChange={({ currentTarget }) => set({ purpose: currentTarget.value })}
          />
          <NumberInput
            label={t('settings.priority')}
            description={t('settings.priorityText')}
            min={0}
            max={100}
            allowDecimal={false}
            readOnly={readOnly}
            value={settings.priority ?? 50}
            onChange={(priority) => typeof priority === 'number' && set({ priority })}
          />
        </SimpleGrid>
        <Checkbox
          label={t('settings.window')}
          description={t('settings.windowText')}
          disabled={readOnly}
          checked={Boolean(hours)}
          onChange={({ currentTarget }) =>
            set({
              send_window: currentTarget.checked
                ? { from: '09:00', to: '18:00', weekdays: [0, 1, 2, 3, 4] }
                : null,
            })
          }
        />
        {hours && (
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <ClockField
              label={t('settings.from')}
              readOnly={readOnly}
              value={hours.from}
              onChange={(from) => set({ send_window: { ...hours, from } })}
            />
            <ClockField
              label={t('settings.to')}
              readOnly={readOnly}
              value={hours.to}
              onChange={(to) => set({ send_window: { ...hours, to } })}
            />
            <WeekdaysField
              label={t('field.weekdays')}
              readOnly={readOnly}
              value={hours.weekdays ?? []}
              onChange={(weekdays) => set({ send_window: { ...hours, weekdays } })}
            />
          </SimpleGrid>
        )}
      </SettingsCard>
    </Stack>
  );
}
