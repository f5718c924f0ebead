import { Group, NumberInput, Select, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { minorDigits, toMinor } from '@/app/amounts';
import { currencies } from '@/app/choices';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { today } from '../moments';
import { CAMPAIGNS } from '../queries';

interface CostDialogProps {
  campaignId: string;
  onClose: () => void;
}

/** Money spent on the campaign besides its messages: an advertisement, an agency, postage. */
export function CostDialog({ campaignId, onClose }: CostDialogProps) {
  const { t } = useTranslation('campaigns');
  const organisation = useQuery(apiQuery<Schema<'OrganisationRead'>>('/api/v1/organisation')).data;
  const own = organisation?.currency ?? 'EUR';
  const form = useForm({
    initialValues: {
      day: today(),
      amount_minor: '' as number | string,
      currency: null as string | null,
      channel: '',
      note: '',
    },
    validate: {
      amount_minor: (value) => (Number(value) > 0 ? null : t('costs.amountMissing')),
      day: (value) => (value ? null : t('costs.dayMissing')),
    },
  });
  const currency = form.values.currency ?? own;
  return (
    <FormDialog
      title={t('costs.addTitle')}
      form={form}
      submit={t('costs.add')}
      onClose={onClose}
      onSubmit={async ({ day, amount_minor, channel, note }) => {
        await request('post', `${CAMPAIGNS}/${campaignId}/costs`, {
          body: { day, amount_minor: toMinor(amount_minor, currency), currency, channel, note },
        });
        await invalidatePaths(CAMPAIGNS);
        onClose();
      }}
    >
      <Group gap="sm" align="flex-start" wrap="nowrap">
        <NumberInput
          label={t('costs.amount')}
          required
          flex={1}
          min={0}
          decimalScale={minorDigits(currency)}
          thousandSeparator
          hideControls
          data-autofocus
          {...form.getInputProps('amount_minor')}
        />
        <Select
          label={t('costs.currency')}
          w={112}
          searchable
          data={currencies(own)}
          {...form.getInputProps('currency')}
          value={currency}
        />
      </Group>
      <TextInput type="date" label={t('costs.day')} required {...form.getInputProps('day')} />
      <TextInput
        label={t('costs.channel')}
        placeholder={t('costs.channelExample')}
        maxLength={60}
        {...form.getInputProps('channel')}
      />
      <TextInput label={t('costs.note')} maxLength={200} {...form.getInputProps('note')} />
    </FormDialog>
  );
}

/** Costs from a table, as text with a head line. */
export function CostsImportDialog({ campaignId, onClose }: CostDialogProps) {
  const { t } = useTranslation('campaigns');
  const form = useForm({
    initialValues: { csv: '' },
    validate: { csv: (value) => (value.trim() ? null : t('costs.csvMissing')) },
  });
  return (
    <FormDialog
      title={t('costs.importTitle')}
      size="lg"
      form={form}
      submit={t('costs.import')}
      onClose={onClose}
      onSubmit={async (body) => {
        const { added, passed_over } = await request<Schema<'CostsImported'>>(
          'post',
          `${CAMPAIGNS}/${campaignId}/costs/import`,
          { body },
        );
        await invalidatePaths(CAMPAIGNS);
        toastSuccess(t('costs.imported', { count: added, over: passed_over }));
        onClose();
      }}
    >
      <Text size="sm">{t('costs.importText')}</Text>
      <Textarea
        label={t('costs.csv')}
        autosize
        minRows={6}
        maxRows={16}
        placeholder={
          'day,amount,currency,channel,note\n2026-11-02,"1,250.00",EUR,LinkedIn ads,Spring'
        }
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        data-autofocus
        {...form.getInputProps('csv')}
      />
    </FormDialog>
  );
}
