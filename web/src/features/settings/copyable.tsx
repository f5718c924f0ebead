import { Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconCheck, IconCopy } from '@/app/icons';
import classes from './settings.module.css';

/** A text to take away, with a button that copies it. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation('settings');
  return (
    <Stack gap={4}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={500}>
          {label}
        </Text>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              onClick={copy}
              aria-label={t('keys.copyNamed', { what: label })}
            >
              {copied ? t('keys.copied') : t('keys.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Code block className={classes.code}>
        {text}
      </Code>
    </Stack>
  );
}
