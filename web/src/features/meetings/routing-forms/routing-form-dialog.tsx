import { Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMe } from '@/app/session';
import { FormDialog } from '@/components/form-dialog';
import { slugOf } from '../event-types/slug';
import { eventTypesQuery, ROUTING_FORMS, type RoutingForm } from '../queries';
import { formLink } from './links';

/** A new form: its name and where it leads until there are rules. */
export function RoutingFormDialog({ onClose }: { onClose: (made?: RoutingForm) => void }) {
  const { t } = useTranslation('meetings/routing-forms');
  const { slug: organisation } = useMe().organisation;
  const { data: eventTypes } = useQuery(eventTypesQuery());
  const form = useForm({
    initialValues: { title: '', fallback: null as string | null },
    validate: {
      title: (value) => (value.trim() ? null : t('problem.title')),
      fallback: (value) => (value || eventTypes?.length === 0 ? null : t('problem.eventType')),
    },
  });
  const slug = slugOf(form.values.title) || 'form';
  return (
    <FormDialog
      title={t('new.title')}
      form={form}
      submit={t('new.add')}
      onClose={() => onClose()}
      onSubmit={async ({ title, fallback }) => {
        const made = await request<RoutingForm>('post', ROUTING_FORMS, {
          body: {
            title: title.trim(),
            questions: (['name', 'email'] as const).map((key) => ({
              key,
              label: t(`person.${key}`),
              kind: 'text',
              required: true,
            })),
            fallback: fallback
              ? { kind: 'event_type', event_type_id: fallback }
              : { kind: 'message', text: t('new.message') },
          },
        });
        await invalidatePaths(ROUTING_FORMS);
        onClose(made);
      }}
    >
      <TextInput
        label={t('basics.title')}
        placeholder={t('new.example')}
        required
        maxLength={120}
        data-autofocus
        {...form.getInputProps('title')}
      />
      <Text size="xs" c="dimmed" className="tw-truncate" mt={-12}>
        {formLink(window.location.origin, organisation, slug)}
      </Text>
      {eventTypes?.length !== 0 && (
        <Select
          label={t('new.fallback')}
          description={t('new.fallbackText')}
          placeholder={t('target.chooseEventType')}
          required
          data={(eventTypes ?? []).map(({ id, title }) => ({ value: id, label: title }))}
          {...form.getInputProps('fallback')}
        />
      )}
    </FormDialog>
  );
}
