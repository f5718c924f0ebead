import { Alert, Button, Card, Group, Progress, SimpleGrid, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime, formatNumber } from '@/app/format';
import { IconAlertTriangle, IconArrowBackUp, IconDownload } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { LinkButton } from '@/components/link-anchor';
import { toastError } from '@/components/toasts';
import type { Import } from './queries';

function Running({ entry }: { entry: Import }) {
  const { t } = useTranslation('imports');
  const share = entry.rows_total ? Math.min(100, (100 * entry.rows_done) / entry.rows_total) : 0;
  const cancel = async () => {
    try {
      await request('post', `/api/v1/jobs/${entry.run_id}/cancel`);
    } catch (reason) {
      toastError(t('result.notCancelled'), reason);
    }
    await invalidatePaths('/api/v1/imports');
  };
  return (
    <Card>
      <Stack gap="sm">
        <Text size="sm" fw={500} aria-live="polite">
          {t(entry.state === 'undoing' ? 'result.undoing' : 'result.running', {
            done: formatNumber(entry.rows_done),
            total: formatNumber(entry.rows_total ?? 0),
          })}
        </Text>
        <Progress value={share} aria-label={t('result.progress')} animated />
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            {t('result.leave')}
          </Text>
          {entry.state === 'running' && (
            <Button variant="default" size="xs" onClick={() => void cancel()}>
              {t('cancel')}
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
}

function Counts({ counts }: { counts: Record<string, number> }) {
  const { t } = useTranslation('imports');
  const shown = Object.entries(counts).filter(([, count]) => count > 0);
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md">
      {shown.map(([name, count]) => (
        <Card key={name}>
          <Text size="sm" c="dimmed">
            {t(`count.${name}`, { defaultValue: name })}
          </Text>
          <Text size="xl" fw={600} className="tw-number">
            {formatNumber(count)}
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}

/** How the import goes or went: counts, rows that were kept out, undo. */
export function ResultStep({ entry }: { entry: Import }) {
  const { t } = useTranslation('imports');
  const mayImport = useMay('leads:import');
  const undo = async () => {
    const sure = await askConfirm({
      title: t('result.undo'),
      message: t('result.undoText', { name: entry.name }),
      confirm: t('result.undo'),
    });
    if (!sure) return;
    try {
      await request('post', `/api/v1/imports/${entry.id}/undo`);
    } catch (reason) {
      toastError(t('result.notUndone'), reason);
    }
    await invalidatePaths('/api/v1/imports', '/api/v1/leads');
  };
  const rejected = entry.counts.rejected ?? 0;
  const undoable = mayImport && ['done', 'cancelled'].includes(entry.state) && entry.undo_until;
  return (
    <Stack gap="md">
      {(entry.state === 'running' || entry.state === 'undoing') && <Running entry={entry} />}
      {entry.state === 'failed' && (
        <Alert color="red" icon={<IconAlertTriangle size={16} />} title={t('result.failed')}>
          {entry.problem}
        </Alert>
      )}
      {entry.state === 'undone' && (
        <Alert color="blue" title={t('result.undone')}>
          {Object.entries(entry.undo_counts ?? {})
            .map(
              ([name, count]) =>
                `${t(`undoCount.${name}`, { defaultValue: name })}: ${formatNumber(count)}`,
            )
            .join(' · ')}
        </Alert>
      )}
      <Counts counts={entry.counts} />
      {entry.warnings.length > 0 && (
        <Alert color="yellow" icon={<IconAlertTriangle size={16} />} title={t('result.warnings')}>
          {entry.warnings.map((warning) => (
            <div key={warning.message}>
              {warning.message} ({formatNumber(warning.count)})
            </div>
          ))}
        </Alert>
      )}
      <Group gap="xs">
        {entry.state !== 'undone' && entry.state !== 'failed' && (
          <LinkButton
            to={'/leads' as never}
            search={{ filter: { field: 'import_id', op: 'eq', value: entry.id } } as never}
          >
            {t('result.see')}
          </LinkButton>
        )}
        {rejected > 0 && (
          <Button
            variant="default"
            component="a"
            href={`/api/v1/imports/${entry.id}/rejects.csv`}
            download
            leftSection={<IconDownload size={16} />}
          >
            {t('result.rejects', { count: rejected, shown: formatNumber(rejected) })}
          </Button>
        )}
        {undoable && (
          <Button
            variant="default"
            leftSection={<IconArrowBackUp size={16} />}
            onClick={() => void undo()}
          >
            {t('result.undo')}
          </Button>
        )}
      </Group>
      {undoable && (
        <Text size="xs" c="dimmed">
          {t('result.undoUntil', { when: formatDateTime(entry.undo_until ?? '') })}
        </Text>
      )}
    </Stack>
  );
}
