import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { IconAlertTriangle, IconDownload } from '@/app/icons';
import { toastError } from '@/components/toasts';
import { type ConsentFile, download, type Options } from './consent-file';
import type { ConsentsImported } from './queries';

const SHOWN_LINES = 5;

interface RefusedProps {
  file: File;
  options: Options;
  bad: number;
  refused: ConsentFile['refused'];
}

/** Lines that say nothing that could be recorded: the first of them, and all of them as a file. */
export function RefusedLines({ file, options, bad, refused }: RefusedProps) {
  const { t } = useTranslation('privacy');
  const keep = () =>
    download(file, options, t('consents.badFile', { file: file.name.replace(/\.\w+$/, '') })).catch(
      (reason) => toastError(t('consents.notKept'), reason),
    );
  return (
    <Alert
      color="orange"
      icon={<IconAlertTriangle size={16} />}
      title={t('consents.bad', { count: bad, shown: formatNumber(bad) })}
    >
      <Stack gap={6} align="flex-start">
        {refused.slice(0, SHOWN_LINES).map(({ line, why }) => (
          <Text key={line} size="sm">
            {t('import.line', { line, text: why })}
          </Text>
        ))}
        {bad > SHOWN_LINES && (
          <Text size="sm">
            {t('consents.more', {
              count: bad - SHOWN_LINES,
              shown: formatNumber(bad - SHOWN_LINES),
            })}
          </Text>
        )}
        <Button
          variant="default"
          mt={4}
          leftSection={<IconDownload size={16} />}
          onClick={() => void keep()}
        >
          {t('consents.keep')}
        </Button>
      </Stack>
    </Alert>
  );
}

interface ResultProps {
  file: File;
  options: Options;
  result: ConsentsImported;
  onClose: () => void;
}

/** What became of the list. */
export function ConsentImportResult({ file, options, result, onClose }: ResultProps) {
  const { t } = useTranslation('privacy');
  const line = (key: 'recorded' | 'known' | 'kept') =>
    t(`consents.${key}`, { count: result[key], shown: formatNumber(result[key]) });
  return (
    <>
      <List size="sm" role="status">
        <List.Item>{line('recorded')}</List.Item>
        {result.known > 0 && <List.Item>{line('known')}</List.Item>}
        {result.repeated > 0 && (
          <List.Item>
            {t('import.repeated', {
              count: result.repeated,
              shown: formatNumber(result.repeated),
            })}
          </List.Item>
        )}
        {result.kept > 0 && <List.Item>{line('kept')}</List.Item>}
      </List>
      {result.bad > 0 && (
        <RefusedLines file={file} options={options} bad={result.bad} refused={result.refused} />
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('import.close')}</Button>
      </Group>
    </>
  );
}
