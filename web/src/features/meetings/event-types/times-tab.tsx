import { NumberInput, Radio, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import '@mantine/dates/styles.css';
import { LinkAnchor } from '@/components/link-anchor';
import { schedulesQuery } from '../queries';
import { DurationField } from './duration-field';
import type { TabProps } from './form';

const WINDOWS = ['rolling', 'range', 'open'] as const;
const INCREMENTS = [5, 10, 15, 20, 30, 45, 60, 90, 120];

/** When it can be booked: hours, notice, window, buffers, limits. */
export function TimesTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('meetings/event-types');
  const { data: schedules = [] } = useQuery(schedulesQuery());
  const { values, errors } = form;
  const minutes = (name: 'buffer_before' | 'buffer_after' | 'minimum_notice') => ({
    label: t(`times.${name}`),
    description: t(`times.${name}Text`),
    value: values[name],
    disabled: readOnly,
    error: errors[name],
    onChange: (value: number) => form.setFieldValue(name, value),
  });
  const limit = (name: 'limit_per_day' | 'limit_per_week') => ({
    label: t(`times.${name}`),
    placeholder: t('times.unlimited'),
    min: 1,
    max: 500,
    readOnly,
    value: values[name] ?? '',
    error: errors[name],
    onChange: (value: string | number) =>
      form.setFieldValue(name, value === '' ? null : Number(value)),
  });
  const increments = [...new Set([...INCREMENTS, values.increment])].sort((a, b) => a - b);
  return (
    <Stack gap="md">
      <div>
        <Select
          label={t('times.schedule')}
          description={t('times.scheduleText')}
          placeholder={t('hosts.ownHours')}
          clearable
          readOnly={readOnly}
          data={schedules
            .filter(({ user_id }) => user_id === null)
            .map(({ id, name }) => ({ value: id, label: name }))}
          value={values.schedule_id}
          onChange={(id) => form.setFieldValue('schedule_id', id)}
        />
        <LinkAnchor to="/meetings/availability" size="xs">
          {t('times.toAvailability')}
        </LinkAnchor>
      </div>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <DurationField {...minutes('minimum_notice')} max={365 * 1440} />
        <Select
          label={t('times.increment')}
          description={t('times.incrementText')}
          readOnly={readOnly}
          data={increments.map((value) => ({
            value: String(value),
            label: t('minutes', { count: value }),
          }))}
          value={String(values.increment)}
          onChange={(value) => form.setFieldValue('increment', Number(value))}
        />
        <DurationField {...minutes('buffer_before')} units={['minutes', 'hours']} max={720} />
        <DurationField {...minutes('buffer_after')} units={['minutes', 'hours']} max={720} />
      </SimpleGrid>
      <Radio.Group
        label={t('times.window')}
        value={values.window_kind}
        readOnly={readOnly}
        onChange={(kind) => form.setFieldValue('window_kind', kind as typeof values.window_kind)}
      >
        <Stack gap="xs" mt="xs">
          {WINDOWS.map((kind) => (
            <Radio key={kind} value={kind} label={t(`window.${kind}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {values.window_kind === 'rolling' && (
        <NumberInput
          label={t('times.windowDays')}
          min={1}
          max={730}
          w={{ base: '100%', sm: 240 }}
          readOnly={readOnly}
          {...form.getInputProps('window_days')}
        />
      )}
      {values.window_kind === 'range' && (
        <DatePickerInput
          type="range"
          label={t('times.windowRange')}
          readOnly={readOnly}
          w={{ base: '100%', sm: 320 }}
          value={[values.window_start ?? null, values.window_end ?? null]}
          onChange={([start, end]) => {
            form.setFieldValue('window_start', start);
            form.setFieldValue('window_end', end);
          }}
          error={errors.window_start ?? errors.window_end ?? errors.window_kind}
        />
      )}
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
        <NumberInput {...limit('limit_per_day')} />
        <NumberInput {...limit('limit_per_week')} />
        <NumberInput
          label={t('times.seats')}
          min={1}
          max={1000}
          readOnly={readOnly}
          {...form.getInputProps('seats')}
        />
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {t('times.limitsText')}
      </Text>
    </Stack>
  );
}
