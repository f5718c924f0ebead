import { Button, Checkbox, Group, ScrollArea, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconSearch } from '@/app/icons';
import { byArea } from './scopes';
import classes from './settings.module.css';

interface ScopePickerProps {
  /** What may be given, with words for it. */
  scopes: { key: string; description: string }[];
  value: string[];
  onChange: (value: string[]) => void;
  error?: ReactNode;
}

/** Choose permissions for a key, by area of the product. */
export function ScopePicker({ scopes, value, onChange, error }: ScopePickerProps) {
  const { t } = useTranslation('settings');
  const [search, setSearch] = useState('');
  const areas = byArea(scopes, search);
  return (
    <Checkbox.Group
      label={t('keys.scopes', { count: value.length })}
      withAsterisk
      value={value}
      onChange={onChange}
      error={error}
    >
      <Stack gap="xs" mt={4}>
        <Group gap="xs" wrap="nowrap">
          <TextInput
            flex={1}
            aria-label={t('keys.searchScopes')}
            placeholder={t('keys.searchScopes')}
            leftSection={<IconSearch size={16} />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            aria-invalid={error ? true : undefined}
          />
          <Button
            variant="default"
            onClick={() =>
              onChange(scopes.map(({ key }) => key).filter((key) => key.endsWith(':read')))
            }
          >
            {t('keys.onlyReading')}
          </Button>
        </Group>
        <ScrollArea.Autosize
          className={classes.box}
          mah={240}
          type="auto"
          viewportProps={{ tabIndex: 0, 'aria-label': t('keys.scopeList') }}
        >
          <Stack gap="sm">
            {areas.length === 0 && (
              <Text size="sm" c="dimmed">
                {t('keys.noScope', { search })}
              </Text>
            )}
            {areas.map(({ area, items }) => (
              <Stack key={area} gap={4}>
                <Text size="xs" fw={500} c="dimmed">
                  {area}
                </Text>
                {items.map((scope) => (
                  <Checkbox
                    key={scope.key}
                    value={scope.key}
                    label={scope.key}
                    description={scope.description}
                  />
                ))}
              </Stack>
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Stack>
    </Checkbox.Group>
  );
}
