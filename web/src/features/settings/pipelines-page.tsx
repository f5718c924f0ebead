import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatPercent } from '@/app/format';
import { IconLayoutKanban, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { moved } from './order';
import { PipelineDialog } from './pipeline-dialog';
import { type Pipeline, pipelinesQuery, type Stage } from './queries';
import { RowActions } from './row-actions';
import classes from './settings.module.css';
import { RemoveStageDialog, StageDialog } from './stage-dialogs';

const COLOURS = { open: 'blue', won: 'green', lost: 'red' } as const;

function PipelineCard({ pipeline, onEdit }: { pipeline: Pipeline; onEdit: () => void }) {
  const { t } = useTranslation('settings');
  const mayWrite = useMay('pipelines:write');
  const [edited, setEdited] = useState<Stage | 'new'>();
  const [removed, setRemoved] = useState<Stage>();
  const { name, stages } = pipeline;
  const path = `/api/v1/pipelines/${pipeline.id}`;
  const reorder = async (index: number, step: -1 | 1) => {
    const stage_ids = moved(stages, index, step).map((stage) => stage.id);
    try {
      await request('put', `${path}/stages/order`, { body: { stage_ids } });
    } catch (reason) {
      toastError(t('notSavedNamed', { name }), reason);
    }
    await invalidatePaths('/api/v1/pipelines');
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('pipelines.removeTitle', { name }),
      message: t('pipelines.removeText', { name }),
      confirm: t('pipelines.remove'),
    });
    if (!sure) return;
    try {
      await request('delete', path);
      toastSuccess(t('pipelines.removed', { name }));
    } catch (reason) {
      toastError(t('pipelines.notRemoved', { name }), reason);
    }
    await invalidatePaths('/api/v1/pipelines');
  };
  return (
    <SettingsCard
      title={name}
      description={
        <Group gap="xs" mt={4}>
          <Badge color="gray">{pipeline.currency}</Badge>
          {pipeline.is_default && <Badge color="green">{t('pipelines.default')}</Badge>}
        </Group>
      }
      action={
        mayWrite && (
          <RowActions
            name={name}
            onEdit={onEdit}
            onDelete={pipeline.is_default ? undefined : () => void remove()}
          />
        )
      }
    >
      <ol className={classes.rows} aria-label={t('pipelines.stagesOf', { name })}>
        {stages.map((stage, index) => (
          <li key={stage.id} className={classes.row}>
            <Group gap="xs" className={classes.main}>
              <Text size="sm" fw={500}>
                {stage.name}
              </Text>
              <Badge color={COLOURS[stage.kind]}>{t(`pipelines.kind.${stage.kind}`)}</Badge>
            </Group>
            {stage.kind === 'open' && (
              <Text size="sm" c="dimmed" className="tw-number">
                {formatPercent(stage.probability)}
              </Text>
            )}
            {mayWrite && (
              <RowActions
                name={stage.name}
                first={index === 0}
                last={index === stages.length - 1}
                onMove={(step) => void reorder(index, step)}
                onEdit={() => setEdited(stage)}
                onDelete={() => setRemoved(stage)}
              />
            )}
          </li>
        ))}
      </ol>
      {mayWrite && (
        <Button
          variant="default"
          w="fit-content"
          leftSection={<IconPlus size={16} />}
          aria-label={t('pipelines.addStageTo', { name })}
          onClick={() => setEdited('new')}
        >
          {t('pipelines.addStage')}
        </Button>
      )}
      {edited && (
        <StageDialog
          pipeline={pipeline}
          stage={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
      {removed && (
        <RemoveStageDialog
          pipeline={pipeline}
          stage={removed}
          onClose={() => setRemoved(undefined)}
        />
      )}
    </SettingsCard>
  );
}

/** The ways a deal goes: pipelines, their stages and what a stage is worth. */
export function PipelinesPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(pipelinesQuery());
  const mayWrite = useMay('pipelines:write');
  const [edited, setEdited] = useState<Pipeline | 'new'>();
  return (
    <Page layout="form">
      <PageHeader
        title={t('pipelines.title')}
        description={t('pipelines.text')}
        actions={
          mayWrite && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
              {t('pipelines.new')}
            </Button>
          )
        }
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={8} />}
      {data?.length === 0 && (
        <EmptyState icon={IconLayoutKanban} title={t('pipelines.empty')}>
          {t('pipelines.emptyText')}
        </EmptyState>
      )}
      {data?.map((pipeline) => (
        <PipelineCard key={pipeline.id} pipeline={pipeline} onEdit={() => setEdited(pipeline)} />
      ))}
      {edited && (
        <PipelineDialog
          pipeline={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}
