import { Badge, Button, Group, Modal, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDate, formatRelative } from '@/app/format';
import { IconUserPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { ApiForm } from '@/components/api-form';
import { askConfirm } from '@/components/confirm';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { invitationsQuery, type Member, membersQuery, rolesQuery } from './queries';
import classes from './settings.module.css';

const useRoleOptions = () =>
  useQuery(rolesQuery()).data?.roles.map((role) => ({ value: role.key, label: role.label })) ?? [];

function MemberRow({ member }: { member: Member }) {
  const { t } = useTranslation('settings');
  const me = useMe();
  const roles = useRoleOptions();
  const mayWrite = useMay('members:write');
  const change = async (body: { role?: string; active?: boolean }) => {
    try {
      await request('patch', `/api/v1/members/${member.id}`, { body });
      toastSuccess(t('team.changed', { name: member.name }));
    } catch (reason) {
      toastError(t('team.notChanged', { name: member.name }), reason);
    }
    await invalidatePaths('/api/v1/members', '/api/v1/me');
  };
  const toggle = async () => {
    const sure =
      !member.active ||
      (await askConfirm({
        title: t('team.deactivate'),
        message: t('team.deactivateText', { name: member.name }),
        confirm: t('team.deactivate'),
      }));
    if (sure) await change({ active: !member.active });
  };
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {member.name}
          </Text>
          {member.id === me.user.id && <Badge color="gray">{t('team.you')}</Badge>}
          {!member.active && <Badge color="red">{t('team.inactive')}</Badge>}
        </Group>
        <Text size="xs" c="dimmed">
          {t('team.joined', { email: member.email, date: formatDate(member.joined_at) })}
        </Text>
      </div>
      <Select
        aria-label={t('team.roleOf', { name: member.name })}
        data={roles}
        value={member.role}
        disabled={!mayWrite}
        w={170}
        onChange={(role) => role && void change({ role })}
      />
      {mayWrite && (
        <Button
          variant="subtle"
          color={member.active ? 'red' : 'blue'}
          aria-label={t(member.active ? 'team.deactivateNamed' : 'team.activateNamed', {
            name: member.name,
          })}
          onClick={() => void toggle()}
        >
          {t(member.active ? 'team.deactivate' : 'team.activate')}
        </Button>
      )}
    </li>
  );
}

function InviteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('settings');
  const roles = useRoleOptions();
  const form = useForm({ initialValues: { email: '', role: 'creator' } });
  return (
    <Modal opened={opened} onClose={onClose} title={t('team.invite')}>
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          await request('post', '/api/v1/invitations', { body: values });
          toastSuccess(t('team.invited', { email: values.email }));
          form.reset();
          onClose();
          await invalidatePaths('/api/v1/invitations', '/api/v1/onboarding');
        }}
      >
        {({ submitting }) => (
          <>
            <TextInput
              type="email"
              label={t('team.email')}
              description={t('team.inviteText')}
              required
              {...form.getInputProps('email')}
            />
            <Select label={t('team.role')} data={roles} {...form.getInputProps('role')} />
            <Group justify="flex-end">
              <Button type="submit" loading={submitting}>
                {t('team.send')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}

function InvitationsCard() {
  const { t } = useTranslation('settings');
  const { data, refetch } = useQuery(invitationsQuery());
  const roles = useRoleOptions();
  const roleName = (key: string) => roles.find((role) => role.value === key)?.label ?? key;
  const mayWrite = useMay('members:write');
  if (!data || data.items.length === 0) return null;
  const withdraw = async (id: string) => {
    try {
      await request('delete', `/api/v1/invitations/${id}`);
    } catch (reason) {
      toastError(t('team.notWithdrawn'), reason);
    }
    await refetch();
  };
  return (
    <SettingsCard title={t('team.open')} description={t('team.openText')}>
      <ul className={classes.rows}>
        {data.items.map((invitation) => (
          <li key={invitation.id} className={classes.row}>
            <div className={classes.main}>
              <Text size="sm" fw={500}>
                {invitation.email}
              </Text>
              <Text size="xs" c="dimmed">
                {invitation.expired
                  ? t('team.expired')
                  : t('team.expires', { when: formatRelative(invitation.expires_at) })}
              </Text>
            </div>
            <Badge color="gray">{roleName(invitation.role)}</Badge>
            {mayWrite && (
              <Button
                variant="subtle"
                color="red"
                aria-label={t('team.withdrawNamed', { email: invitation.email })}
                onClick={() => void withdraw(invitation.id)}
              >
                {t('team.withdraw')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </SettingsCard>
  );
}

/** Who works here, in which role, and who is invited. */
export function TeamPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(membersQuery());
  const mayWrite = useMay('members:write');
  const [inviting, setInviting] = useState(false);
  return (
    <Page layout="form">
      <PageHeader
        title={t('team.title')}
        count={data?.items.length}
        actions={
          mayWrite && (
            <Button leftSection={<IconUserPlus size={16} />} onClick={() => setInviting(true)}>
              {t('team.invite')}
            </Button>
          )
        }
      />
      <SettingsCard title={t('team.members')} description={t('team.membersText')}>
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines />}
        <ul className={classes.rows}>
          {data?.items.map((member) => (
            <MemberRow key={member.id} member={member} />
          ))}
        </ul>
      </SettingsCard>
      <InvitationsCard />
      <InviteDialog opened={inviting} onClose={() => setInviting(false)} />
    </Page>
  );
}
