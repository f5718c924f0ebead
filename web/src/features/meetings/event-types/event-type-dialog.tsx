import { Group, NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMembers } from '@/app/members';
import { useMe } from '@/app/session';
import { FormDialog } from '@/components/form-dialog';
import { EVENT_TYPES, type EventType } from '../queries';
import { bookingLink } from './links';
import { slugOf } from './slug';

/** A new event type: name and length; everything else has a good beginning. */
export function EventTypeDialog({ onClose }: { onClose: (made?: EventType) => void }) {
  const { t } = useTranslation('meetings/event-types');
  const me = useMe();
  const members = useMembers();
  const form = useForm({
    initialValues: { title: '', slug: '', length: 30 as number | string, host: me.user.id },
    validate: {
      title: (value) => (value.trim() ? null : t('form.titleMissing')),
      length: (value) => (Number(value) >= 5 ? null : t('form.lengthMissing')),
    },
  });
  const slug = slugOf(form.values.slug || form.values.title) || 'meeting';
  return (
    <FormDialog
      title={t('new.title')}
      form={form}
      submit={t('new.add')}
      onClose={() => onClose()}
      onSubmit={async ({ title, length, host }) => {
        const made = await request<EventType>('post', EVENT_TYPES, {
          body: {
            title: title.trim(),
            slug,
            lengths: [Number(length)],
            hosts: [{ user_id: host }],
          },
        });
        await invalidatePaths(EVENT_TYPES);
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
      <TextInput
        label={t('basics.slug')}
        placeholder={slug}
        maxLength={80}
        {...form.getInputProps('slug')}
      />
      <Text size="xs" c="dimmed" className="tw-truncate" mt={-12}>
        {bookingLink(window.location.origin, me.organisation.slug, slug)}
      </Text>
      <Group gap="sm" grow align="flex-start">
        <NumberInput label={t('new.length')} min={5} max={1440} {...form.getInputProps('length')} />
        <Select
          label={t('new.host')}
          data={members.options}
          searchable={members.options.length > 8}
          {...form.getInputProps('host')}
        />
      </Group>
    </FormDialog>
  );
}
