import { Button, Card, Group, Modal, Stack, Text, Textarea, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber, formatRelative } from '@/app/format';
import { IconArrowBackUp, IconGauge } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ApiForm } from '@/components/api-form';
import { LinkButton } from '@/components/link-anchor';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { type ModelSummary, setupPath } from './queries';
import classes from './scoring.module.css';
import { StatusBadge } from './status-badge';

function UseDialog({ model, onClose }: { model: ModelSummary; onClose: () => void }) {
  const { t } = useTranslation('scoring');
  const form = useForm({ initialValues: { reason: '' } });
  const { version } = model;
  return (
    <Modal opened onClose={onClose} title={t('versions.useTitle', { version })}>
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          await request('post', `/api/v1/scoring/models/${model.id}/promote`, { body: values });
          toastSuccess(t('versions.using', { version }));
          onClose();
          await invalidatePaths('/api/v1/scoring', '/api/v1/jobs');
        }}
      >
        {({ submitting }) => (
          <>
            <Text size="sm">{t('versions.useText')}</Text>
            <Textarea
              label={t('versions.reason')}
              maxLength={500}
              autosize
              minRows={2}
              {...form.getInputProps('reason')}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={submitting}>
                {t('versions.useNamed', { version })}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}

function RollBack({ setupKey }: { setupKey: string }) {
  const { t } = useTranslation('scoring');
  const [busy, setBusy] = useState(false);
  const back = async () => {
    setBusy(true);
    try {
      const path = `${setupPath(setupKey)}/rollback`;
      const { version } = await request<ModelSummary>('post', path);
      toastSuccess(t('versions.using', { version }));
      await invalidatePaths('/api/v1/scoring', '/api/v1/jobs');
    } catch (reason) {
      toastError(t('versions.notBack'), reason);
    }
    setBusy(false);
  };
  return (
    <Button
      variant="default"
      size="compact-sm"
      flex="none"
      leftSection={<IconArrowBackUp size={14} />}
      loading={busy}
      onClick={() => void back()}
    >
      {t('versions.rollBack')}
    </Button>
  );
}

interface VersionsCardProps {
  /** Set where there is a version to go back to. */
  rollBackOf?: string | undefined;
  models: ModelSummary[] | undefined;
  error: unknown;
  onRetry: () => void;
  /** The version the page shows. */
  shown: string | undefined;
}

/** All trained versions; an earlier one can take over again. */
export function VersionsCard({ rollBackOf, models, error, onRetry, shown }: VersionsCardProps) {
  const { t } = useTranslation('scoring');
  const mayWrite = useMay('scoring:write');
  const [chosen, setChosen] = useState<ModelSummary>();
  return (
    <Card component="section" aria-labelledby="scoring-versions">
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Title order={2} size="h3" id="scoring-versions">
              {t('versions.title')}
            </Title>
            <Text size="xs" c="dimmed">
              {t('versions.text')}
            </Text>
          </div>
          {mayWrite && rollBackOf && <RollBack setupKey={rollBackOf} />}
        </Group>
        {error && !models ? <ErrorState error={error} compact onRetry={onRetry} /> : null}
        {!models && !error && <LoadingLines />}
        {models?.length === 0 && (
          <EmptyState icon={IconGauge} title={t('versions.empty')} compact>
            {t('versions.emptyText')}
          </EmptyState>
        )}
        <ul className={classes.rows}>
          {models?.map((model) => (
            <li key={model.id} className={classes.row}>
              <div className={classes.main}>
                <Group gap="xs">
                  <Text size="sm" fw={500}>
                    {t('versions.name', { version: model.version })}
                  </Text>
                  <StatusBadge status={model.status} />
                </Group>
                <Text size="xs" c="dimmed">
                  {t('versions.line', {
                    auc: formatNumber(model.metrics.auc, { maximumFractionDigits: 3 }),
                    rows: formatNumber(model.rows),
                    when: formatRelative(model.trained_at),
                  })}
                </Text>
              </div>
              <Group gap={4}>
                {model.id !== shown && (
                  <LinkButton
                    variant="subtle"
                    size="compact-sm"
                    to="/scoring"
                    search={{ model: model.id }}
                    aria-label={t('versions.showNamed', { version: model.version })}
                  >
                    {t('versions.show')}
                  </LinkButton>
                )}
                {mayWrite && model.status !== 'champion' && (
                  <Button
                    variant="default"
                    size="compact-sm"
                    aria-label={t('versions.useNamed', { version: model.version })}
                    onClick={() => setChosen(model)}
                  >
                    {t('versions.use')}
                  </Button>
                )}
              </Group>
            </li>
          ))}
        </ul>
      </Stack>
      {chosen && <UseDialog model={chosen} onClose={() => setChosen(undefined)} />}
    </Card>
  );
}
