import { Group, Input, NumberInput, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Graph } from './graph';

type Pace = NonNullable<Graph['settings']>['pace'];

const SPANS = ['none', 'per_hour', 'per_day'] as const;
const FIRST = { per_hour: 100, per_day: 500 };

interface PaceFieldProps {
  value: Pace;
  onChange: (pace: Pace) => void;
  readOnly: boolean;
}

/** How many people a journey lets in an hour or a day; all at once where nothing is said. */
export function PaceField({ value, onChange, readOnly }: PaceFieldProps) {
  const { t } = useTranslation('journeys');
  const span = value?.per_hour ? 'per_hour' : value?.per_day ? 'per_day' : 'none';
  return (
    <Input.Wrapper
      label={t('pace.label')}
      description={t('pace.text')}
      labelElement="div"
      {...(value?.per_hour && value.per_day ? { error: t('pace.both') } : {})}
    >
      <Group gap="xs" mt={4} wrap="nowrap">
        <Select
          aria-label={t('pace.label')}
          flex={1}
          readOnly={readOnly}
          allowDeselect={false}
          data={SPANS.map((one) => ({ value: one, label: t(`pace.${one}`) }))}
          value={span}
          onChange={(next) => {
            if (!next || next === span) return;
            onChange(next === 'none' ? null : { [next]: FIRST[next as 'per_hour'] });
          }}
        />
        {span !== 'none' && (
          <NumberInput
            aria-label={t('pace.amount')}
            w={112}
            min={1}
            max={span === 'per_hour' ? 1_000_000 : 10_000_000}
            allowDecimal={false}
            thousandSeparator
            readOnly={readOnly}
            value={value?.[span] ?? FIRST[span]}
            onChange={(amount) =>
              typeof amount === 'number' && amount > 0 && onChange({ [span]: amount })
            }
          />
        )}
      </Group>
    </Input.Wrapper>
  );
}
