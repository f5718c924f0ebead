import { Group, Input, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { type Condition, cleaned } from '@/components/filter-bar/condition';
import { ConditionBuilder } from '@/components/filter-bar/condition-builder';
import { FormDialog } from '@/components/form-dialog';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { fieldsQuery, METRICS, type Metric, type MetricList } from './queries';

const AGGREGATIONS = ['count', 'sum', 'average'] as const;

interface MetricDialogProps {
  metric: Metric | undefined;
  entities: MetricList['entities'];
  onClose: () => void;
}

/** Defines a metric of one's own, or changes one. */
export function MetricDialog({ metric, entities, onClose }: MetricDialogProps) {
  const { t } = useTranslation('metrics');
  const own = metric?.custom;
  const fields = useQuery(fieldsQuery());
  const [condition, setCondition] = useState<Condition | undefined>(
    (own?.condition ?? undefined) as Condition | undefined,
  );
  const [narrowed, setNarrowed] = useState(own?.condition != null);
  const form = useForm({
    initialValues: {
      name: metric?.name ?? '',
      description: metric?.description ?? '',
      entity: metric?.entity ?? 'leads',
      aggregation: own?.aggregation ?? 'count',
      measure: own?.measure ?? null,
    },
    validate: {
      name: (value) => (value.trim() ? null : t('form.nameMissing')),
      measure: (value, { aggregation }) =>
        aggregation !== 'count' && !value ? t('form.measureMissing') : null,
    },
  });
  const { entity, aggregation } = form.values;
  const measures = entities.find(({ key }) => key === entity)?.measures ?? [];
  return (
    <FormDialog
      title={t(metric ? 'form.change' : 'form.new')}
      size="lg"
      form={form}
      submit={t(metric ? 'form.save' : 'form.add')}
      onClose={onClose}
      onSubmit={async ({ entity: counted, ...values }) => {
        const body = {
          ...values,
          measure: values.aggregation === 'count' ? null : values.measure,
          condition: narrowed && condition ? cleaned(condition) : null,
          ...(own ? {} : { entity: counted }),
        };
        await request(own ? 'patch' : 'post', own ? `${METRICS}/${own.id}` : METRICS, {
          body,
          version: own?.version,
        });
        await invalidatePaths(METRICS);
        onClose();
      }}
    >
      <TextInput
        label={t('form.name')}
        placeholder={t('form.nameExample')}
        required
        data-autofocus
        maxLength={80}
        {...form.getInputProps('name')}
      />
      <Textarea
        label={t('form.description')}
        autosize
        minRows={2}
        maxRows={5}
        maxLength={500}
        {...form.getInputProps('description')}
      />
      <Group grow align="flex-start">
        <Select
          label={t('form.aggregation')}
          allowDeselect={false}
          data={AGGREGATIONS.map((value) => ({ value, label: t(`aggregation.${value}`) }))}
          {...form.getInputProps('aggregation')}
        />
        <Select
          label={t('form.entity')}
          allowDeselect={false}
          disabled={own != null}
          data={entities.map(({ key, label }) => ({ value: key, label }))}
          {...form.getInputProps('entity')}
          onChange={(value) => {
            form.setFieldValue('entity', value ?? 'leads');
            form.setFieldValue('measure', null);
          }}
        />
        {aggregation !== 'count' && (
          <Select
            label={t('form.measure')}
            required
            data={measures.map(({ key, label }) => ({ value: key, label }))}
            {...form.getInputProps('measure')}
          />
        )}
      </Group>
      <Switch
        label={t(entity === 'deals' ? 'form.ofLeads' : 'form.onlyLeads')}
        checked={narrowed}
        onChange={(event) => setNarrowed(event.currentTarget.checked)}
      />
      {narrowed && fields.data && (
        <ConditionBuilder
          value={condition}
          fields={fields.data.fields}
          activityKinds={fields.data.activity_kinds}
          onChange={setCondition}
        />
      )}
      {narrowed && !fields.data && !fields.error && <LoadingLines lines={3} />}
      {narrowed && fields.error && (
        <ErrorState error={fields.error} compact onRetry={() => void fields.refetch()} />
      )}
      {form.errors.condition && <Input.Error role="alert">{form.errors.condition}</Input.Error>}
    </FormDialog>
  );
}
