import { Checkbox, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { EventPicker } from './event-picker';
import { ENDPOINTS, type Endpoint } from './queries';

interface EndpointDialogProps {
  /** Undefined for a new one. */
  endpoint: Endpoint | undefined;
  onClose: (saved?: Endpoint) => void;
}

/** Add an endpoint or change one. */
export function EndpointDialog({ endpoint, onClose }: EndpointDialogProps) {
  const { t } = useTranslation('webhooks');
  const form = useForm({
    initialValues: {
      url: endpoint?.url ?? 'https://',
      description: endpoint?.description ?? '',
      event_types: endpoint?.event_types ?? ([] as string[]),
      format: (endpoint?.format ?? 'standard') as string,
      in_order: endpoint?.in_order ?? false,
    },
    validate: {
      url: (value) => (/^https?:\/\/[^/]/.test(value.trim()) ? null : t('form.urlMissing')),
      event_types: (value) => (value.length > 0 ? null : t('form.eventsMissing')),
    },
  });
  return (
    <FormDialog
      title={t(endpoint ? 'form.edit' : 'form.new')}
      size="lg"
      form={form}
      submit={t(endpoint ? 'form.save' : 'form.add')}
      onClose={() => onClose()}
      onSubmit={async (body) => {
        const saved = endpoint
          ? await request<Endpoint>('patch', `${ENDPOINTS}/${endpoint.id}`, {
              body,
              version: endpoint.version,
            })
          : await request<Endpoint>('post', ENDPOINTS, { body });
        await invalidatePaths(ENDPOINTS);
        toastSuccess(t(endpoint ? 'form.saved' : 'form.added'));
        onClose(saved);
      }}
    >
      <TextInput
        label={t('form.url')}
        description={t('form.urlText')}
        data-autofocus
        required
        maxLength={2000}
        {...form.getInputProps('url')}
      />
      <TextInput
        label={t('form.description')}
        maxLength={200}
        {...form.getInputProps('description')}
      />
      <EventPicker {...form.getInputProps('event_types')} />
      <Select
        label={t('form.format')}
        description={t('form.formatText')}
        allowDeselect={false}
        data={['standard', 'cloudevents'].map((value) => ({
          value,
          label: t(`format.${value}`),
        }))}
        {...form.getInputProps('format')}
      />
      <Checkbox
        label={t('form.inOrder')}
        description={t('form.inOrderText')}
        {...form.getInputProps('in_order', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}
