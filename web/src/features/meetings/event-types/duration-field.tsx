import { Group, Input, NumberInput, Select } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SIZES, splitDuration, UNITS, type Unit } from './durations';

interface DurationFieldProps {
  label: string;
  description?: string;
  /** Minutes. */
  value: number;
  onChange: (minutes: number) => void;
  units?: readonly Unit[];
  max?: number;
  error?: ReactNode;
  disabled?: boolean;
}

/** A number of minutes, typed in minutes, hours or days. */
export function DurationField(props: DurationFieldProps) {
  const {
    label,
    description,
    value,
    onChange,
    units = UNITS,
    max = 60 * 1440,
    error,
    disabled,
  } = props;
  const { t } = useTranslation('meetings/event-types');
  const id = useId();
  const [unit, setUnit] = useState<Unit>(() => {
    const best = splitDuration(value).unit;
    return units.includes(best) ? best : 'minutes';
  });
  return (
    <Input.Wrapper label={label} description={description} error={error} id={id}>
      <Group gap={6} wrap="nowrap" mt={4}>
        <NumberInput
          id={id}
          min={0}
          max={Math.floor(max / SIZES[unit])}
          allowDecimal={false}
          clampBehavior="strict"
          disabled={disabled ?? false}
          value={value / SIZES[unit]}
          onChange={(next) => onChange(Number(next || 0) * SIZES[unit])}
          flex={1}
          miw={72}
        />
        <Select
          aria-label={t('unit.of', { what: label })}
          w={112}
          disabled={disabled ?? false}
          data={units.map((one) => ({ value: one, label: t(`unit.${one}`) }))}
          value={unit}
          onChange={(next) => {
            const chosen = (next ?? 'minutes') as Unit;
            setUnit(chosen);
            onChange(Math.round(value / SIZES[unit]) * SIZES[chosen]);
          }}
        />
      </Group>
    </Input.Wrapper>
  );
}
