import { Button, Group, Modal, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMembers } from '@/app/members';
import { useMe } from '@/app/session';
import { ApiForm } from '@/components/api-form';
import { toastSuccess } from '@/components/toasts';
import type { Company } from './queries';

interface NewCompanyProps {
  opened: boolean;
  onClose: () => void;
  onCreated: (company: Company) => void;
}

/** Enter one company by hand. */
export function NewCompany({ opened, onClose, onCreated }: NewCompanyProps) {
  const { t } = useTranslation('companies');
  const me = useMe();
  const members = useMembers();
  const form = useForm({
    initialValues: {
      name: '',
      domain: '',
      industry: '',
      country: '',
      city: '',
      owner_id: me.user.id,
    },
    validate: { name: (value) => (value.trim() ? null : t('create.nameMissing')) },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={t('create.title')} size="lg">
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          const filled = Object.fromEntries(
            Object.entries(values).filter(([, value]) => value?.trim()),
          );
          const company = await request<Company>('post', '/api/v1/companies', { body: filled });
          toastSuccess(t('create.done', { name: company.name }));
          form.reset();
          onCreated(company);
          await invalidatePaths('/api/v1/companies');
        }}
      >
        {({ submitting }) => (
          <>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              <TextInput
                label={t('field.name')}
                required
                maxLength={200}
                data-autofocus
                {...form.getInputProps('name')}
              />
              <TextInput
                label={t('field.domain')}
                placeholder="example.com"
                maxLength={200}
                {...form.getInputProps('domain')}
              />
              <TextInput
                label={t('field.industry')}
                maxLength={200}
                {...form.getInputProps('industry')}
              />
              <TextInput
                label={t('field.country')}
                maxLength={100}
                {...form.getInputProps('country')}
              />
              <TextInput label={t('field.city')} maxLength={200} {...form.getInputProps('city')} />
              <Select
                label={t('field.owner_id')}
                data={members.options}
                {...form.getInputProps('owner_id')}
              />
            </SimpleGrid>
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
    </Modal>
  );
}
