import { ActionIcon, Code, CopyButton, Group, Stack, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconCheck, IconCopy } from '@/app/icons';
import classes from './email.module.css';

/** A text to take away, with its name above it. */
export function CopyLine({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation('email');
  return (
    <Stack gap={2}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Code block className={classes.code} tabIndex={0}>
          {text}
        </Code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={t(copied ? 'copied' : 'copy')}>
              <ActionIcon
                size={32}
                variant="default"
                onClick={copy}
                aria-label={t('copyNamed', { what: label })}
              >
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
