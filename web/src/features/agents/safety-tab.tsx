import { List, NumberInput, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TabProps } from './draft';

const LIMITS = [
  { name: 'messages_per_hour', min: 5, max: 1000 },
  { name: 'messages_per_day', min: 10, max: 10_000 },
  { name: 'characters', min: 200, max: 10_000 },
  { name: 'cost_cents_per_day', min: 0, max: 100_000 },
] as const;
const ALWAYS = ['sources', 'promises', 'internal', 'booking', 'human', 'injection'] as const;

/** What one visitor may use, and what holds whatever is set. */
export function SafetyTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('agents');
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3">
          {t('limits.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('limits.text')}
        </Text>
      </div>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        {LIMITS.map(({ name, min, max }) => (
          <NumberInput
            key={name}
            label={t(`limits.${name}`)}
            min={min}
            max={max}
            thousandSeparator=" "
            readOnly={readOnly}
            {...form.getInputProps(`limits.${name}`)}
          />
        ))}
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {t('limits.beyond')}
      </Text>
      <div>
        <Title order={2} size="h3">
          {t('always.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('always.text')}
        </Text>
      </div>
      <List size="sm" spacing={4}>
        {ALWAYS.map((rule) => (
          <List.Item key={rule}>{t(`always.${rule}`)}</List.Item>
        ))}
      </List>
    </Stack>
  );
}
