import { Button, Group, Modal, NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { ApiForm } from '@/components/api-form';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import type { Pipeline, Stage } from './queries';

interface StageDialogProps {
  pipeline: Pipeline;
  onClose: () => void;
}

const KINDS = ['open', 'won', 'lost'] as const;

/** Make a stage or change one. */
export function StageDialog({
  pipeline,
  stage,
  onClose,
}: StageDialogProps & { stage: Stage | undefined }) {
  const { t } = useTranslation('settings');
  const form = useForm({
    initialValues: {
      name: stage?.name ?? '',
      kind: (stage?.kind ?? 'open') as string,
      percent: Math.round((stage?.probability ?? 0.5) * 100),
    },
    validate: { name: (value) => (value.trim() ? null : t('pipelines.stageNameMissing')) },
  });
  const path = `/api/v1/pipelines/${pipeline.id}/stages`;
  return (
    <FormDialog
      title={stage ? t('pipelines.editTitle', { name: stage.name }) : t('pipelines.newStage')}
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async ({ name, kind, percent }) => {
        // A new open stage goes before the closing ones, which end the board.
        const position = pipeline.stages.findIndex((each) => each.kind !== 'open');
        const place = kind === 'open' && position >= 0 ? { position } : {};
        const body = {
          name,
          kind,
          ...(kind === 'open' ? { probability: percent / 100 } : {}),
          ...(stage ? {} : place),
        };
        await request(stage ? 'patch' : 'post', stage ? `${path}/${stage.id}` : path, { body });
        await invalidatePaths('/api/v1/pipelines', '/api/v1/dashboard');
        toastSuccess(t('savedNamed', { name }));
        onClose();
      }}
    >
      <TextInput
        label={t('pipelines.stageName')}
        data-autofocus
        required
        maxLength={200}
        {...form.getInputProps('name')}
      />
      <Select
        label={t('pipelines.kindLabel')}
        data={KINDS.map((value) => ({ value, label: t(`pipelines.kind.${value}`) }))}
        {...form.getInputProps('kind')}
      />
      {form.values.kind === 'open' && (
        <NumberInput
          label={t('pipelines.probability')}
          description={t('pipelines.probabilityText')}
          min={0}
          max={100}
          clampBehavior="strict"
          allowDecimal={false}
          suffix=" %"
          {...form.getInputProps('percent')}
        />
      )}
    </FormDialog>
  );
}

/** Remove a stage; its deals go to another one of the same kind. */
export function RemoveStageDialog({
  pipeline,
  stage,
  onClose,
}: StageDialogProps & { stage: Stage }) {
  const { t } = useTranslation('settings');
  const targets = pipeline.stages.filter(
    (each) => each.kind === stage.kind && each.id !== stage.id,
  );
  const form = useForm({ initialValues: { move_to: targets[0]?.id ?? '' } });
  const { name } = stage;
  return (
    <Modal opened onClose={onClose} title={t('pipelines.removeTitle', { name })}>
      <ApiForm
        form={form}
        onSubmit={async ({ move_to }) => {
          await request('delete', `/api/v1/pipelines/${pipeline.id}/stages/${stage.id}`, {
            query: { move_to },
          });
          await invalidatePaths('/api/v1/pipelines', '/api/v1/deals', '/api/v1/dashboard');
          toastSuccess(t('pipelines.removed', { name }));
          onClose();
        }}
      >
        {({ submitting }) => (
          <>
            {targets.length === 0 ? (
              <Text size="sm">{t(`pipelines.lastOf.${stage.kind}`)}</Text>
            ) : (
              <Select
                label={t('pipelines.moveTo')}
                description={t('pipelines.moveToText')}
                data={targets.map((each) => ({ value: each.id, label: each.name }))}
                {...form.getInputProps('move_to')}
              />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('cancel')}
              </Button>
              {targets.length > 0 && (
                <Button type="submit" color="red" loading={submitting}>
                  {t('pipelines.removeStage')}
                </Button>
              )}
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}
