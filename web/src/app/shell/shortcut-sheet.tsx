import { Group, Kbd, Modal, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePreference } from '../preferences';
import { keyCaps, useShortcutRegistry } from '../shortcuts';

/** All shortcuts that work right now, by group. */
export function ShortcutSheet() {
  const { t } = useTranslation();
  const { entries } = useShortcutRegistry();
  const [singleKeys, setSingleKeys] = usePreference('single_keys', true);
  const groups = new Map<string, Map<string, string>>();
  for (const { list } of entries) {
    for (const item of list) {
      const group = groups.get(item.group) ?? new Map<string, string>();
      group.set(item.keys, item.label);
      groups.set(item.group, group);
    }
  }
  return (
    <Modal
      opened
      size="lg"
      title={t('keys.sheet')}
      closeButtonProps={{ 'aria-label': t('close') }}
      onClose={() => useShortcutRegistry.setState({ sheetOpen: false })}
    >
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
          {[...groups].map(([group, list]) => (
            <Stack key={group} gap="xs">
              <Text component="h3" size="xs" fw={600} c="dimmed">
                {group}
              </Text>
              {[...list].map(([keys, label]) => (
                <Group key={keys} justify="space-between" wrap="nowrap">
                  <Text size="sm">{label}</Text>
                  <Group gap={4} wrap="nowrap">
                    {keyCaps(keys).map((cap) => (
                      <Kbd key={cap} size="xs">
                        {cap}
                      </Kbd>
                    ))}
                  </Group>
                </Group>
              ))}
            </Stack>
          ))}
        </SimpleGrid>
        <Switch
          label={t('keys.single')}
          description={t('keys.singleHint')}
          checked={singleKeys}
          onChange={(event) => setSingleKeys(event.currentTarget.checked)}
        />
      </Stack>
    </Modal>
  );
}
