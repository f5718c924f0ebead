import { Button, Group, Modal, Select, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { ApiForm } from '@/components/api-form';
import { toastSuccess } from '@/components/toasts';
import type { Role } from './roles';

interface RoleRemovalProps {
  role: Role;
  roles: Role[];
  onClose: () => void;
}

/** Remove a role; whoever holds it takes another one first. */
export function RoleRemoval({ role, roles, onClose }: RoleRemovalProps) {
  const { t } = useTranslation('settings');
  const used = role.members + role.invitations > 0;
  const form = useForm<{ move_to: string | null }>({
    initialValues: { move_to: null },
    validate: { move_to: (value) => (used && !value ? t('roles.moveMissing') : null) },
  });
  return (
    <Modal opened onClose={onClose} title={t('roles.deleteTitle', { name: role.label })}>
      <ApiForm
        form={form}
        onSubmit={async ({ move_to }) => {
          await request(
            'delete',
            `/api/v1/roles/${role.id}`,
            move_to ? { query: { move_to } } : {},
          );
          await invalidatePaths(
            '/api/v1/roles',
            '/api/v1/members',
            '/api/v1/invitations',
            '/api/v1/me',
          );
          toastSuccess(t('roles.deleted', { name: role.label }));
          onClose();
        }}
      >
        {({ submitting }) => (
          <>
            <Text size="sm">
              {used
                ? t('roles.inUse', { members: role.members, invitations: role.invitations })
                : t('roles.unused')}
            </Text>
            {used && (
              <Select
                label={t('roles.moveTo')}
                required
                data={roles
                  .filter((other) => other.key !== role.key)
                  .map(({ key, label }) => ({ value: key, label }))}
                {...form.getInputProps('move_to')}
              />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('cancel')}
              </Button>
              <Button type="submit" color="red" loading={submitting}>
                {t(used ? 'roles.moveAndDelete' : 'roles.delete')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}
