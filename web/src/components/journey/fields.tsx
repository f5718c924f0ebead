import {
  Button,
  CloseButton,
  Group,
  Input,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { IconPlus } from '@/app/icons';
import type { Condition, FilterField } from '../filter-bar/condition';
import { ConditionBuilder } from '../filter-bar/condition-builder';
import { activityKindLabel } from '../filter-bar/field-choices';
import { fieldsQuery } from '../filter-bar/fields-query';
import { ErrorState, LoadingLines } from '../page-states';

export interface FieldProps<Value> {
  label: string;
  description?: string;
  value: Value | undefined;
  onChange: (value: Value) => void;
  error?: string | undefined;
  readOnly?: boolean;
}

export interface Span {
  amount: number;
  unit: 'minutes' | 'hours' | 'days' | 'weeks';
}

const UNITS = ['minutes', 'hours', 'days', 'weeks'] as const;
const ONE_DAY: Span = { amount: 1, unit: 'days' };

/** A length of time: a number and its unit. */
export function SpanField({
  label,
  description,
  value,
  onChange,
  error,
  readOnly,
}: FieldProps<Span>) {
  const { t } = useTranslation('journeys');
  const span = { ...ONE_DAY, ...value };
  return (
    <Input.Wrapper label={label} description={description} error={error} labelElement="div">
      <Group gap="xs" wrap="nowrap" mt={4}>
        <NumberInput
          aria-label={label}
          min={1}
          max={100_000}
          allowDecimal={false}
          w={96}
          readOnly={readOnly}
          value={span.amount}
          onChange={(amount) => typeof amount === 'number' && onChange({ ...span, amount })}
        />
        <Select
          aria-label={t('field.unitOf', { label })}
          data={UNITS.map((unit) => ({ value: unit, label: t(`unit.${unit}`) }))}
          flex={1}
          readOnly={readOnly}
          value={span.unit}
          onChange={(unit) => onChange({ ...span, unit: unit as Span['unit'] })}
        />
      </Group>
    </Input.Wrapper>
  );
}

/** A time of day. */
export function ClockField({
  label,
  description,
  value,
  onChange,
  error,
  readOnly,
}: FieldProps<string>) {
  return (
    <TextInput
      type="time"
      label={label}
      description={description}
      error={error}
      readOnly={readOnly}
      value={value ?? '09:00'}
      onChange={({ currentTarget }) => currentTarget.value && onChange(currentTarget.value)}
    />
  );
}

const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;

/** Days of the week, Monday is 0; none means any. */
export function WeekdaysField({
  label,
  description,
  value,
  onChange,
  error,
  readOnly,
}: FieldProps<number[]>) {
  const { t } = useTranslation('journeys');
  return (
    <MultiSelect
      label={label}
      description={description}
      error={error}
      readOnly={readOnly}
      placeholder={value?.length ? '' : t('field.anyDay')}
      data={DAYS.map((day) => ({ value: String(day), label: t(`weekday.${day}`) }))}
      value={(value ?? []).map(String)}
      onChange={(days) => onChange(days.map(Number).sort())}
    />
  );
}

const BANDS = ['hot', 'warm', 'cool', 'cold'] as const;

export interface Score {
  bands?: string[];
  at_least?: number | null;
}

/** Bands of the score, or a number of points. */
export function ScoreField({ label, value, onChange, error, readOnly }: FieldProps<Score>) {
  const { t } = useTranslation('journeys');
  const byPoints = typeof value?.at_least === 'number';
  return (
    <Stack gap="xs">
      <Select
        label={label}
        readOnly={readOnly}
        data={[
          { value: 'bands', label: t('score.byBand') },
          { value: 'points', label: t('score.byPoints') },
        ]}
        value={byPoints ? 'points' : 'bands'}
        onChange={(mode) =>
          onChange(
            mode === 'points' ? { bands: [], at_least: 70 } : { bands: ['hot'], at_least: null },
          )
        }
      />
      {byPoints ? (
        <NumberInput
          label={t('score.points')}
          min={0}
          max={100}
          allowDecimal={false}
          readOnly={readOnly}
          error={error}
          value={value?.at_least ?? 70}
          onChange={(points) =>
            typeof points === 'number' && onChange({ bands: [], at_least: points })
          }
        />
      ) : (
        <MultiSelect
          label={t('score.bands')}
          readOnly={readOnly}
          error={error}
          data={BANDS.map((band) => ({ value: band, label: t(`band.${band}`) }))}
          value={value?.bands ?? []}
          onChange={(bands) => onChange({ bands, at_least: null })}
        />
      )}
    </Stack>
  );
}

/** A condition on the person, in the language of segments. */
export function ConditionField({
  label,
  description,
  value,
  onChange,
  error,
}: FieldProps<Condition>) {
  const { data, error: failed, refetch } = useQuery(fieldsQuery());
  return (
    <Input.Wrapper label={label} description={description} error={error} labelElement="div">
      {failed && !data ? (
        <ErrorState error={failed} compact onRetry={() => void refetch()} />
      ) : data ? (
        <ConditionBuilder
          value={value}
          fields={data.fields as FilterField[]}
          activityKinds={data.activity_kinds}
          onChange={onChange}
        />
      ) : (
        <LoadingLines lines={2} />
      )}
    </Input.Wrapper>
  );
}

export interface EventValue {
  kind: string;
  where?: { path: string; op: 'eq' | 'contains'; value: string }[];
}

const MOST_MATCHES = 5;

/** Something in the timeline: its kind, and what must stand in it. */
export function EventField({
  label,
  description,
  value,
  onChange,
  error,
  readOnly,
}: FieldProps<EventValue>) {
  const { t } = useTranslation('journeys');
  const { t: words } = useTranslation('components');
  const { data } = useQuery(fieldsQuery());
  const where = value?.where ?? [];
  const kinds = [
    ...new Set([...(data?.activity_kinds ?? []), ...(value?.kind ? [value.kind] : [])]),
  ];
  const put = (next: Partial<EventValue>) => onChange({ kind: '', ...value, ...next });
  const set = (index: number, next: Partial<(typeof where)[number]>) =>
    put({ where: where.map((one, at) => (at === index ? { ...one, ...next } : one)) });
  return (
    <Stack gap="xs">
      <Select
        label={label}
        description={description}
        error={error}
        searchable
        readOnly={readOnly}
        placeholder={t('field.choose')}
        data={kinds.map((kind) => ({ value: kind, label: activityKindLabel(kind, words) }))}
        value={value?.kind || null}
        onChange={(kind) => kind && put({ kind })}
      />
      {where.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no id and keep their places
        <Group key={index} gap={4} wrap="nowrap" align="flex-end">
          <TextInput
            label={index === 0 ? t('field.property') : undefined}
            aria-label={t('field.property')}
            placeholder="path"
            flex={1}
            readOnly={readOnly}
            value={one.path}
            onChange={({ currentTarget }) => set(index, { path: currentTarget.value })}
          />
          <Select
            aria-label={t('field.compare')}
            w={104}
            readOnly={readOnly}
            data={(['eq', 'contains'] as const).map((op) => ({ value: op, label: t(`op.${op}`) }))}
            value={one.op}
            onChange={(op) => set(index, { op: op as 'eq' })}
          />
          <TextInput
            aria-label={t('field.value')}
            flex={1}
            readOnly={readOnly}
            value={one.value}
            onChange={({ currentTarget }) => set(index, { value: currentTarget.value })}
          />
          {!readOnly && (
            <CloseButton
              aria-label={t('field.removeMatch')}
              onClick={() => put({ where: where.filter((_, at) => at !== index) })}
            />
          )}
        </Group>
      ))}
      {!readOnly && where.length < MOST_MATCHES && (
        <Button
          variant="subtle"
          size="xs"
          w="fit-content"
          leftSection={<IconPlus size={14} />}
          onClick={() => put({ where: [...where, { path: '', op: 'eq', value: '' }] })}
        >
          {t('field.addMatch')}
        </Button>
      )}
    </Stack>
  );
}
