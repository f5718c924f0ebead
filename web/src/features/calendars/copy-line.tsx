import { ActionIcon, Code, CopyButton, Group, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconCheck, IconCopy } from '@/app/icons';
import classes from './calendars.module.css';

/** An address to take away. */
export function CopyLine({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation('calendars');
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Code block className={classes.address} aria-label={label}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={t(copied ? 'copied' : 'copy')}>
            <ActionIcon size={32} onClick={copy} aria-label={t('copyNamed', { what: label })}>
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
