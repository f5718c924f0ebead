import { Alert, Button, Code, CopyButton, Group, Stack, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconCheck, IconCopy, IconInfoCircle } from '@/app/icons';
import { SettingsCard } from '@/components/settings-card';
import type { Source } from './queries';
import { type Client, clientsFor, snippet } from './snippets';
import classes from './sources.module.css';

/** How a site, server or app sends its events here: ready to paste. */
export function InstallCard({ source }: { source: Source }) {
  const { t } = useTranslation('sources');
  const clients = clientsFor(source.kind);
  const [client, setClient] = useState<Client>(clients[0] ?? 'curl');
  const text = snippet(client, location.origin, source.write_key);
  const packages = {
    'analytics.js': '@segment/analytics-next',
    node: '@segment/analytics-node',
    python: 'segment-analytics-python',
    php: 'segmentio/analytics-php',
  };
  const needed = packages[client as keyof typeof packages];
  return (
    <SettingsCard title={t('install.title')} description={t('install.text')}>
      <Tabs value={client} onChange={(next) => setClient(next as Client)} variant="pills">
        <Tabs.List mb="sm">
          {clients.map((value) => (
            <Tabs.Tab key={value} value={value} size="sm">
              {t(`install.client.${value.replace('.', '')}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={client}>
          <Stack gap="xs">
            <Group justify="space-between" align="flex-start" wrap="nowrap">
              <Text size="sm">
                {t(`install.how.${client.replace('.', '')}`, { package: needed ?? '' })}
              </Text>
              <CopyButton value={text}>
                {({ copied, copy }) => (
                  <Button
                    size="compact-sm"
                    variant="default"
                    miw="max-content"
                    leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                    onClick={copy}
                  >
                    {t(copied ? 'copied' : 'copy')}
                  </Button>
                )}
              </CopyButton>
            </Group>
            <Code
              block
              className={classes.code}
              tabIndex={0}
              role="region"
              aria-label={t('install.code')}
            >
              {text}
            </Code>
            {client === 'php' && !location.protocol.startsWith('https') && (
              <Alert icon={<IconInfoCircle size={16} />} color="yellow">
                {t('install.phpHttps')}
              </Alert>
            )}
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </SettingsCard>
  );
}
