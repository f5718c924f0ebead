import { Checkbox, Code, Group, Input, ScrollArea, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconSearch } from '@/app/icons';
import { may } from '@/app/permissions';
import { useMe } from '@/app/session';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { eventTypesQuery } from './queries';

interface EventPickerProps {
  value?: string[];
  onChange: (value: string[]) => void;
  error?: ReactNode;
}

/** Event types to choose from, each with what it tells; those one may not read cannot be chosen. */
export function EventPicker({ value = [], onChange, error }: EventPickerProps) {
  const { t } = useTranslation('webhooks');
  const me = useMe();
  const { data, error: failure, refetch } = useQuery(eventTypesQuery());
  const [wanted, setWanted] = useState('');
  const shown = data?.filter((entry) =>
    `${entry.type} ${entry.description}`.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  return (
    <Input.Wrapper
      label={t('form.events')}
      description={t('form.chosen', { count: value.length })}
      error={error}
      labelElement="div"
      withAsterisk
    >
      <Stack gap="xs" mt={4}>
        <TextInput
          aria-label={t('form.searchEvents')}
          placeholder={t('form.searchEvents')}
          leftSection={<IconSearch size={16} />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        {failure && !data && <ErrorState error={failure} compact onRetry={() => void refetch()} />}
        {!data && !failure && <LoadingLines lines={6} />}
        {data && (
          <ScrollArea.Autosize
            mah={260}
            type="auto"
            offsetScrollbars
            viewportProps={{ tabIndex: 0 }}
          >
            <Checkbox.Group value={value} onChange={onChange} aria-label={t('form.events')}>
              <Stack gap="sm">
                {shown?.map((entry) => (
                  <Checkbox
                    key={entry.type}
                    value={entry.type}
                    disabled={!may(me, entry.permission) && !value.includes(entry.type)}
                    label={<Code>{entry.type}</Code>}
                    description={
                      may(me, entry.permission)
                        ? entry.description
                        : t('form.mayNot', { permission: entry.permission })
                    }
                  />
                ))}
              </Stack>
            </Checkbox.Group>
            {shown?.length === 0 && (
              <Group justify="center" p="md">
                <Text size="sm" c="dimmed">
                  {t('form.noEvents')}
                </Text>
              </Group>
            )}
          </ScrollArea.Autosize>
        )}
      </Stack>
    </Input.Wrapper>
  );
}
