import { Badge, Button, Group, Progress, Stack, Table, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import '@mantine/dropzone/styles.css';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { formatBytes, formatNumber, formatPercent, formatRelative } from '@/app/format';
import { IconCloudUpload, IconFileSpreadsheet } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { toastError } from '@/components/toasts';
import classes from './imports.module.css';
import { type ImportRow, importsQuery } from './queries';
import { upload } from './upload';

const COLOURS: Record<string, string> = {
  ready: 'blue',
  running: 'blue',
  done: 'green',
  failed: 'red',
  cancelled: 'yellow',
};

function UploadCard() {
  const { t } = useTranslation('imports');
  const go = useNavigate();
  const [sending, setSending] = useState<{ file: File; share: number }>();
  const abort = useRef<AbortController>(undefined);
  const send = async (file: File) => {
    abort.current = new AbortController();
    setSending({ file, share: 0 });
    try {
      const made = await upload(file, (share) => setSending({ file, share }), abort.current.signal);
      await invalidatePaths('/api/v1/imports');
      void go({ to: `/imports/${made.id}` as never });
    } catch (reason) {
      if (!abort.current.signal.aborted)
        toastError(t('upload.failed', { name: file.name }), toApiError(reason));
      setSending(undefined);
    }
  };
  if (sending) {
    return (
      <Stack gap="xs" className={classes.drop}>
        <Text size="sm" fw={500}>
          {sending.file.name} · {formatBytes(sending.file.size)}
        </Text>
        <Progress
          value={sending.share * 100}
          aria-label={t('upload.progress', { name: sending.file.name })}
        />
        <Group justify="space-between">
          <Text size="xs" c="dimmed" aria-live="polite">
            {sending.share < 1
              ? t('upload.sent', { share: formatPercent(sending.share) })
              : t('upload.reading')}
          </Text>
          <Button variant="subtle" size="xs" onClick={() => abort.current?.abort()}>
            {t('cancel')}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Dropzone
      onDrop={(files) => files[0] && void send(files[0])}
      multiple={false}
      className={classes.drop}
      inputProps={{ 'aria-label': t('upload.choose') }}
    >
      <Stack align="center" gap="xs">
        <IconCloudUpload size={32} stroke={1.25} aria-hidden />
        <Text fw={500}>{t('upload.drop')}</Text>
        <Text size="sm" c="dimmed" ta="center">
          {t('upload.hint')}
        </Text>
        <Button component="span">{t('upload.choose')}</Button>
      </Stack>
    </Dropzone>
  );
}

const total = (row: ImportRow) => Object.values(row.counts).reduce((sum, count) => sum + count, 0);

/** Bring in a file, and see the files that came before. */
export function ImportsPage() {
  const { t } = useTranslation('imports');
  const mayImport = useMay('leads:import');
  const { data, error, refetch } = useQuery(importsQuery());
  return (
    <Page layout="form">
      <PageHeader title={t('title')} description={t('text')} />
      {mayImport && <UploadCard />}
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines />}
      {data?.length === 0 && (
        <EmptyState icon={IconFileSpreadsheet} title={t('empty.title')} compact>
          {t('empty.text')}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label={t('earlier')}>
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('file')}</Table.Th>
                <Table.Th scope="col">{t('state.title')}</Table.Th>
                <Table.Th scope="col" ta="end">
                  {t('rows')}
                </Table.Th>
                <Table.Th scope="col">{t('when')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.map((row) => (
                <Table.Tr key={row.id}>
                  <Table.Th scope="row" fw={400}>
                    <LinkAnchor to={`/imports/${row.id}` as never}>{row.name}</LinkAnchor>
                  </Table.Th>
                  <Table.Td>
                    <Badge color={COLOURS[row.state] ?? 'gray'} miw="max-content">
                      {t(`state.${row.state}`)}
                    </Badge>
                  </Table.Td>
                  <Table.Td ta="end" className="tw-number">
                    {formatNumber(total(row) || (row.rows_total ?? 0))}
                  </Table.Td>
                  <Table.Td>{formatRelative(row.created_at)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
    </Page>
  );
}
