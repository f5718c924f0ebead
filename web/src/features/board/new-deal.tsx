import { Button, Group, Modal, NumberInput, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { minorDigits, toMinor } from '@/app/amounts';
import { currencies } from '@/app/choices';
import { useMembers } from '@/app/members';
import { useMe } from '@/app/session';
import { ApiForm } from '@/components/api-form';
import { LeadPicker } from '@/components/lead-picker';
import { toastSuccess } from '@/components/toasts';
import type { Deal, Pipeline } from './queries';

interface NewDealProps {
  /** The pipeline it goes into; undefined closes the dialog. */
  pipeline: Pipeline | undefined;
  onClose: () => void;
}

function DealForm({ pipeline, onClose }: { pipeline: Pipeline; onClose: () => void }) {
  const { t } = useTranslation('board');
  const me = useMe();
  const members = useMembers();
  // Winning and losing are moves with a meaning; a new deal starts open.
  const stages = pipeline.stages.filter((stage) => stage.kind === 'open');
  const form = useForm({
    initialValues: {
      name: '',
      lead_id: null as string | null,
      amount_minor: '' as number | string,
      currency: pipeline.currency,
      stage_id: stages[0]?.id ?? null,
      close_date: '',
      owner_id: me.user.id as string | null,
    },
    validateInputOnBlur: true,
    validate: { name: (value) => (value.trim() ? null : t('create.nameMissing')) },
  });
  return (
    <ApiForm
      form={form}
      onSubmit={async (values) => {
        const deal = await request<Deal>('post', '/api/v1/deals', {
          body: {
            ...values,
            pipeline_id: pipeline.id,
            amount_minor: toMinor(values.amount_minor, values.currency),
            close_date: values.close_date || null,
          },
        });
        toastSuccess(t('create.done', { name: deal.name, stage: deal.stage_name }));
        onClose();
        void invalidatePaths('/api/v1/pipelines', '/api/v1/deals', '/api/v1/dashboard');
      }}
    >
      {({ submitting }) => (
        <>
          <TextInput
            label={t('field.name')}
            required
            maxLength={200}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <LeadPicker
            label={t('field.lead')}
            value={form.values.lead_id}
            error={form.errors.lead_id}
            onChange={(lead) => {
              form.setFieldValue('lead_id', lead?.id ?? null);
              const words = lead?.company_name || lead?.full_name;
              if (words && !form.values.name.trim()) form.setFieldValue('name', words);
            }}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <NumberInput
              label={t('field.amount')}
              min={0}
              max={1e12}
              decimalScale={minorDigits(form.values.currency)}
              thousandSeparator=","
              hideControls
              {...form.getInputProps('amount_minor')}
            />
            <Select
              label={t('field.currency')}
              data={currencies(pipeline.currency)}
              searchable
              limit={50}
              {...form.getInputProps('currency')}
            />
            <Select
              label={t('field.stage')}
              data={stages.map((stage) => ({ value: stage.id, label: stage.name }))}
              {...form.getInputProps('stage_id')}
            />
            <TextInput
              label={t('field.closeDate')}
              type="date"
              {...form.getInputProps('close_date')}
            />
          </SimpleGrid>
          <Select
            label={t('field.owner')}
            data={members.options}
            searchable={members.options.length > 8}
            {...form.getInputProps('owner_id')}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={submitting}>
              {t('create.save')}
            </Button>
          </Group>
        </>
      )}
    </ApiForm>
  );
}

/** Open a deal. */
export function NewDeal({ pipeline, onClose }: NewDealProps) {
  const { t } = useTranslation('board');
  return (
    <Modal opened={pipeline !== undefined} onClose={onClose} title={t('create.title')}>
      {pipeline && <DealForm pipeline={pipeline} onClose={onClose} />}
    </Modal>
  );
}
