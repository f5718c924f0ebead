import { Button, MultiSelect, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconPlus, IconUsers } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { FormDialog } from '@/components/form-dialog';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { type Member, membersQuery, type Team, teamsQuery } from './queries';
import { RowActions } from './row-actions';
import classes from './settings.module.css';

interface TeamDialogProps {
  team: Team | undefined;
  members: Member[];
  onClose: () => void;
}

function TeamDialog({ team, members, onClose }: TeamDialogProps) {
  const { t } = useTranslation('settings');
  const form = useForm({
    initialValues: { name: team?.name ?? '', member_ids: team?.member_ids ?? [] },
    validate: { name: (value) => (value.trim() ? null : t('teams.nameMissing')) },
  });
  return (
    <FormDialog
      title={team ? t('teams.editTitle', { name: team.name }) : t('teams.new')}
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async (body) => {
        if (team) {
          await request('patch', `/api/v1/teams/${team.id}`, { body, version: team.version });
        } else await request('post', '/api/v1/teams', { body });
        await invalidatePaths('/api/v1/teams');
        toastSuccess(t('savedNamed', { name: body.name }));
        onClose();
      }}
    >
      <TextInput
        label={t('teams.name')}
        required
        data-autofocus
        maxLength={120}
        {...form.getInputProps('name')}
      />
      <MultiSelect
        label={t('teams.members')}
        description={t('teams.membersText')}
        searchable
        data={members.map(({ id, name }) => ({ value: id, label: name }))}
        {...form.getInputProps('member_ids')}
      />
    </FormDialog>
  );
}

/** Teams: whose leads people see whose role shows those of their teams. */
export function TeamsPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(teamsQuery());
  const members = useQuery(membersQuery()).data?.items ?? [];
  const mayWrite = useMay('roles:write');
  const [edited, setEdited] = useState<Team | 'new'>();
  const nameOf = (id: string) => members.find((member) => member.id === id)?.name ?? '…';
  const remove = async (team: Team) => {
    const { name } = team;
    const sure = await askConfirm({
      title: t('teams.deleteTitle', { name }),
      message: t('teams.deleteText', { name }),
      confirm: t('teams.delete'),
    });
    if (!sure) return;
    try {
      await request('delete', `/api/v1/teams/${team.id}`);
      toastSuccess(t('teams.deleted', { name }));
    } catch (reason) {
      toastError(t('teams.notDeleted', { name }), reason);
    }
    await invalidatePaths('/api/v1/teams');
  };
  return (
    <Page layout="form">
      <PageHeader
        title={t('teams.title')}
        count={data?.items.length}
        description={t('teams.text')}
        actions={
          mayWrite && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
              {t('teams.new')}
            </Button>
          )
        }
      />
      <SettingsCard title={t('teams.all')}>
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines />}
        {data?.items.length === 0 && (
          <EmptyState icon={IconUsers} title={t('teams.empty')} compact>
            {t('teams.emptyText')}
          </EmptyState>
        )}
        <ul className={classes.rows}>
          {data?.items.map((team) => (
            <li key={team.id} className={classes.row}>
              <div className={classes.main}>
                <Text size="sm" fw={500}>
                  {team.name}
                </Text>
                <Text size="xs" c="dimmed">
                  {team.member_ids.map(nameOf).join(', ') || t('teams.nobody')}
                </Text>
              </div>
              {mayWrite && (
                <RowActions
                  name={team.name}
                  onEdit={() => setEdited(team)}
                  onDelete={() => void remove(team)}
                />
              )}
            </li>
          ))}
        </ul>
      </SettingsCard>
      {edited && (
        <TeamDialog
          team={edited === 'new' ? undefined : edited}
          members={members}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}
