import { Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { IconCheck, IconCopy, IconExternalLink } from '@/app/icons';
import { SettingsCard } from '@/components/settings-card';
import classes from './chat-widgets.module.css';
import { policyLines, snippet } from './draft';
import type { Widget } from './queries';

/** The line for the website, and whether it is there. */
export function InstallCard({ widget }: { widget: Widget }) {
  const { t } = useTranslation('chat-widgets');
  const line = snippet(location.origin, widget.key);
  return (
    <SettingsCard
      title={t('install.title')}
      description={t('install.text')}
      action={
        <CopyButton value={line}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              miw="max-content"
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              onClick={copy}
            >
              {t(copied ? 'install.copied' : 'install.copy')}
            </Button>
          )}
        </CopyButton>
      }
    >
      <Code
        block
        className={classes.code}
        tabIndex={0}
        role="region"
        aria-label={t('install.line')}
      >
        {line}
      </Code>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" aria-live="polite">
          {widget.seen_at === null
            ? t('install.waiting')
            : t('install.seen', { when: formatDateTime(widget.seen_at), site: widget.seen_on })}
        </Text>
        <Button
          component="a"
          href={`/chat/try/${widget.key}`}
          target="_blank"
          rel="noopener"
          variant="subtle"
          size="compact-sm"
          rightSection={<IconExternalLink size={14} />}
        >
          {t('install.try')}
        </Button>
      </Group>
      <details className={classes.more}>
        <summary>{t('install.policy')}</summary>
        <Text size="sm" c="dimmed" mb="xs">
          {t('install.policyText')}
        </Text>
        <Code block className={classes.code}>
          {policyLines(location.origin)}
        </Code>
      </details>
    </SettingsCard>
  );
}
