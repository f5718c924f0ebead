import {
  Autocomplete,
  MultiSelect,
  NumberInput,
  Select,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  type ConditionValue,
  type FilterField,
  takesDays,
  takesList,
  takesNoValue,
  takesRange,
} from './condition';

interface ValueInputProps {
  field: FilterField;
  op: string;
  value: ConditionValue | undefined;
  onChange: (value: ConditionValue) => void;
}

interface SingleProps {
  field: FilterField;
  value: ConditionValue | undefined;
  label: string;
  onChange: (value: string | number | boolean) => void;
}

const NUMERIC = new Set(['number', 'activity_count']);
const FREE_TEXT = new Set(['text', 'url']);
const TIMES = new Set(['date', 'datetime', 'activity_time']);
// The pop-over that holds the editor traps the focus; lists must stay inside it.
const INSIDE = { withinPortal: false };

function Single({ field, value, label, onChange }: SingleProps) {
  const { t } = useTranslation('components');
  const text = value == null ? '' : String(value);
  if (field.kind === 'boolean') {
    return (
      <Switch
        mt={8}
        label={t(value ? 'filter.yes' : 'filter.no')}
        checked={value === true}
        aria-label={label}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (NUMERIC.has(field.kind)) {
    return (
      <NumberInput
        aria-label={label}
        size="sm"
        value={typeof value === 'number' ? value : ''}
        onChange={onChange}
      />
    );
  }
  if (TIMES.has(field.kind)) {
    return (
      <TextInput
        aria-label={label}
        type="date"
        value={text.slice(0, 10)}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  if (field.options?.length && !FREE_TEXT.has(field.kind)) {
    return (
      <Select
        aria-label={label}
        placeholder={t('filter.choose')}
        data={field.options}
        searchable={field.options.length > 8}
        value={text || null}
        onChange={(next) => next !== null && onChange(next)}
        comboboxProps={INSIDE}
      />
    );
  }
  return (
    <Autocomplete
      size="sm"
      aria-label={label}
      data={field.options?.map((option) => option.value) ?? []}
      limit={20}
      value={text}
      onChange={onChange}
      comboboxProps={INSIDE}
    />
  );
}

/** The input that fits a field and an operator. */
export function ValueInput({ field, op, value, onChange }: ValueInputProps) {
  const { t } = useTranslation('components');
  const label = t('filter.valueOf', { field: field.label });
  if (takesNoValue(op)) return null;
  if (takesDays(op)) {
    return (
      <NumberInput
        size="sm"
        min={0}
        max={3650}
        aria-label={label}
        suffix={` ${t('filter.daysUnit')}`}
        value={typeof value === 'number' ? value : ''}
        onChange={(next) => onChange(next === '' ? '' : Number(next))}
      />
    );
  }
  if (takesRange(op)) {
    const pair = Array.isArray(value) ? value : ['', ''];
    const set = (index: number, part: string | number | boolean) =>
      onChange(pair.map((old, i) => (i === index ? (part as string | number) : old)));
    return (
      <>
        <Single
          field={field}
          label={`${label}, ${t('filter.from')}`}
          value={pair[0] ?? ''}
          onChange={(part) => set(0, part)}
        />
        <Single
          field={field}
          label={`${label}, ${t('filter.to')}`}
          value={pair[1] ?? ''}
          onChange={(part) => set(1, part)}
        />
      </>
    );
  }
  if (takesList(op)) {
    const list = Array.isArray(value) ? value.map(String) : [];
    const common = { size: 'sm', 'aria-label': label, value: list, comboboxProps: INSIDE } as const;
    return field.options?.length && !FREE_TEXT.has(field.kind) && field.kind !== 'tags' ? (
      <MultiSelect
        {...common}
        placeholder={list.length ? '' : t('filter.choose')}
        data={field.options}
        searchable
        onChange={onChange}
      />
    ) : (
      <TagsInput
        {...common}
        placeholder={list.length ? '' : t('filter.typeEnter')}
        data={field.options?.map((option) => option.value) ?? []}
        onChange={onChange}
      />
    );
  }
  return <Single field={field} label={label} value={value} onChange={onChange} />;
}
