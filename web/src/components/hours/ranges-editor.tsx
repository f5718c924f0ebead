import { ActionIcon, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconX } from '@/app/icons';
import { TimeField } from './time-field';
import { nextRange, problemOf, type Range } from './weekly';

interface RangesEditorProps {
  /** Names the fields: "Monday". */
  of: string;
  ranges: readonly Range[];
  onChange: (ranges: Range[]) => void;
  readOnly?: boolean;
}

/** From-to pairs of one day. */
export function RangesEditor({ of, ranges, onChange, readOnly = false }: RangesEditorProps) {
  const { t } = useTranslation('hours');
  const problem = problemOf(ranges);
  const next = nextRange(ranges);
  const change = (index: number, part: Partial<Range>) =>
    onChange(ranges.map((range, at) => (at === index ? { ...range, ...part } : range)));
  return (
    <Stack gap={4}>
      {ranges.map((range, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a range is its place in the day
        <Group key={index} gap={6} wrap="nowrap">
          <TimeField
            label={t('range.start', { of, number: index + 1 })}
            value={range.start}
            invalid={problem !== undefined}
            readOnly={readOnly}
            onChange={(start) => change(index, { start })}
          />
          <Text size="sm" c="dimmed" aria-hidden>
            –
          </Text>
          <TimeField
            label={t('range.end', { of, number: index + 1 })}
            value={range.end}
            invalid={problem !== undefined}
            readOnly={readOnly}
            onChange={(end) => change(index, { end })}
          />
          {!readOnly && (
            <ActionIcon
              aria-label={t('range.remove', { of, number: index + 1 })}
              onClick={() => onChange(ranges.filter((_, at) => at !== index))}
            >
              <IconX size={16} />
            </ActionIcon>
          )}
          {!readOnly && index === ranges.length - 1 && next && (
            <ActionIcon
              aria-label={t('range.add', { of })}
              title={t('range.add', { of })}
              onClick={() => onChange([...ranges, next])}
            >
              <IconPlus size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {problem && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {t(`range.${problem}`)}
        </Text>
      )}
    </Stack>
  );
}
