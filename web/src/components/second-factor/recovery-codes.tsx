import { Alert, Button, CopyButton, Group, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconAlertTriangle, IconCheck, IconCopy, IconDownload } from '@/app/icons';
import classes from './second-factor.module.css';

interface RecoveryCodesProps {
  codes: string[];
  onDone: () => void;
}

/** Ten codes, shown this once; the person says when they are kept. */
export function RecoveryCodes({ codes, onDone }: RecoveryCodesProps) {
  const { t } = useTranslation('second-factor');
  const text = codes.join('\n');
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${t('recovery.fileTitle')}\n\n${text}\n`)}`;
  return (
    <Stack gap="md">
      <Alert color="yellow" icon={<IconAlertTriangle size={16} />}>
        {t('recovery.once')}
      </Alert>
      <ul className={classes.codes} aria-label={t('recovery.title')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group gap="xs">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            >
              {t(copied ? 'recovery.copied' : 'recovery.copy')}
            </Button>
          )}
        </CopyButton>
        <Button
          component="a"
          href={file}
          download="tradewind-recovery-codes.txt"
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          {t('recovery.download')}
        </Button>
        <Button ml="auto" onClick={onDone}>
          {t('recovery.kept')}
        </Button>
      </Group>
    </Stack>
  );
}
