import { Group, Loader, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber } from '@/app/format';
import { type Condition, cleaned } from '@/components/filter-bar/condition';
import { FormDialog } from '@/components/form-dialog';
import { ConditionField } from '@/components/journey/fields';
import { SEGMENTS } from '../queries';
import { countQuery } from './queries';

type Segment = Schema<'SegmentRead'>;

const PAUSE_MS = 350;

/** A segment made in place: its name, its condition, and how many it holds. */
export function SegmentDialog({ onClose }: { onClose: (made?: Segment) => void }) {
  const { t } = useTranslation('campaigns');
  const form = useForm({
    initialValues: { name: '', condition: { all: [] } as Condition },
    validate: {
      name: (value) => (value.trim() ? null : t('field.nameMissing')),
      condition: (value) => (cleaned(value) ? null : t('segment.conditionMissing')),
    },
  });
  const wanted = useMemo(() => cleaned(form.values.condition), [form.values.condition]);
  const [settled] = useDebouncedValue(wanted, PAUSE_MS);
  const { data, isFetching } = useQuery(countQuery(settled));
  return (
    <FormDialog
      title={t('segment.title')}
      size="lg"
      form={form}
      submit={t('segment.add')}
      onClose={() => onClose()}
      onSubmit={async ({ name, condition }) => {
        const body = { name: name.trim(), kind: 'dynamic', condition: cleaned(condition) };
        const made = await request<Segment>('post', SEGMENTS, { body });
        await invalidatePaths(SEGMENTS, '/api/v1/leads/fields', '/api/v1/onboarding');
        onClose(made);
      }}
    >
      <TextInput
        label={t('field.name')}
        placeholder={t('segment.example')}
        required
        maxLength={200}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <ConditionField
        label={t('segment.condition')}
        value={form.values.condition}
        error={form.errors.condition as string | undefined}
        onChange={(condition) => form.setFieldValue('condition', condition)}
      />
      <Group gap="xs" mih={20}>
        <Text size="sm" role="status" className="tw-number">
          {settled && data
            ? t(data.exact ? 'segment.count' : 'segment.about', {
                count: data.count,
                shown: formatNumber(data.count),
              })
            : t('segment.everybody')}
        </Text>
        {isFetching && <Loader size={14} aria-hidden />}
      </Group>
    </FormDialog>
  );
}
