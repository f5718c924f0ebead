import { Alert, Button, Group, Modal, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { membersQuery } from '@/app/members';
import { useMe } from '@/app/session';
import { ApiForm } from '@/components/api-form';
import { LinkAnchor } from '@/components/link-anchor';
import { toastSuccess } from '@/components/toasts';
import type { Lead } from './queries';

interface NewLeadProps {
  opened: boolean;
  onClose: () => void;
  onCreated: (lead: Lead) => void;
}

const looksLikeMail = (text: string) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);

/** Leads that already have this address; asked while typing so that nobody enters a person twice. */
function useTaken(email: string) {
  const [settled] = useDebouncedValue(email.trim().toLowerCase(), 400);
  return useQuery({
    ...apiQuery<Schema<'Page_LeadRow_'>>('/api/v1/leads', {
      filter: { field: 'email', op: 'eq', value: settled },
      limit: 25,
    }),
    enabled: looksLikeMail(settled),
  }).data?.items[0];
}

/** Enter one lead by hand. */
export function NewLead({ opened, onClose, onCreated }: NewLeadProps) {
  const { t } = useTranslation('leads');
  const me = useMe();
  const members = useQuery(membersQuery()).data?.items ?? [];
  const form = useForm({
    initialValues: {
      first_name: '',
      last_name: '',
      email: '',
      phone: '',
      company_name: '',
      job_title: '',
      owner_id: me.user.id,
    },
    validate: (values) =>
      values.first_name.trim() || values.last_name.trim() || values.email.trim()
        ? {}
        : { last_name: t('create.nameOrMail') },
  });
  const taken = useTaken(form.values.email);
  return (
    <Modal opened={opened} onClose={onClose} title={t('create.title')} size="lg">
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          const filled = Object.fromEntries(
            Object.entries(values).filter(([, value]) => value.trim()),
          );
          const lead = await request<Lead>('post', '/api/v1/leads', { body: filled });
          await invalidatePaths('/api/v1/leads', '/api/v1/dashboard', '/api/v1/onboarding');
          toastSuccess(t('create.done', { name: lead.full_name }));
          form.reset();
          onCreated(lead);
        }}
      >
        {({ submitting }) => (
          <>
            {taken && (
              <Alert color="yellow" title={t('create.taken')}>
                <LinkAnchor to={`/leads/${taken.id}` as never}>
                  {taken.full_name || taken.email}
                </LinkAnchor>
              </Alert>
            )}
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              <TextInput
                label={t('field.first_name')}
                data-autofocus
                maxLength={200}
                {...form.getInputProps('first_name')}
              />
              <TextInput
                label={t('field.last_name')}
                maxLength={200}
                {...form.getInputProps('last_name')}
              />
              <TextInput
                label={t('field.email')}
                type="email"
                maxLength={320}
                {...form.getInputProps('email')}
              />
              <TextInput
                label={t('field.phone')}
                type="tel"
                maxLength={60}
                {...form.getInputProps('phone')}
              />
              <TextInput
                label={t('field.company')}
                maxLength={300}
                {...form.getInputProps('company_name')}
              />
              <TextInput
                label={t('field.job_title')}
                maxLength={300}
                {...form.getInputProps('job_title')}
              />
              <Select
                label={t('field.owner')}
                data={members.map((member) => ({ value: member.id, label: member.name }))}
                {...form.getInputProps('owner_id')}
              />
            </SimpleGrid>
            <Group justify="flex-end">
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
    </Modal>
  );
}
