import { ActionIcon, Badge, Button, Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { IconCheck, IconCopy, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { rolesQuery } from './queries';
import { RoleDialog } from './role-dialog';
import { RoleRemoval } from './role-removal';
import { byArea, type Role } from './roles';
import { RowActions } from './row-actions';
import classes from './settings.module.css';

interface RoleRowProps {
  role: Role;
  mayWrite: boolean;
  onCopy: () => void;
  onEdit: () => void;
  onDelete: () => void;
}

function RoleRow({ role, mayWrite, onCopy, onEdit, onDelete }: RoleRowProps) {
  const { t } = useTranslation('settings');
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {role.label}
          </Text>
          {role.built_in && <Badge color="gray">{t('roles.builtIn')}</Badge>}
          {role.lead_visibility !== 'all' && (
            <Badge color="blue">{t(`roles.seesShort.${role.lead_visibility}`)}</Badge>
          )}
          {!role.permissions.includes('leads:personal') && (
            <Badge color="gray">{t('roles.masked')}</Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {[role.description, t('roles.holders', { count: role.members })]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
      {mayWrite && (
        <Group gap={0} wrap="nowrap">
          <ActionIcon aria-label={t('roles.copyNamed', { name: role.label })} onClick={onCopy}>
            <IconCopy size={16} />
          </ActionIcon>
          {!role.built_in && <RowActions name={role.label} onEdit={onEdit} onDelete={onDelete} />}
        </Group>
      )}
    </li>
  );
}

/** The table the server itself decides by, one block of rows an area. */
function Matrix({ matrix }: { matrix: Schema<'RoleMatrix'> }) {
  const { t } = useTranslation('settings');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t('roles.scroll')}>
      <Table fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('roles.permission')}</Table.Th>
            {matrix.roles.map((role) => (
              <Table.Th key={role.key} scope="col" ta="center" title={role.description}>
                {role.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {byArea(matrix.permissions).map(([area, permissions]) => (
            <Fragment key={area}>
              <Table.Tr>
                <Table.Th scope="rowgroup" colSpan={matrix.roles.length + 1} c="dimmed" fw={500}>
                  {t(`roles.areas.${area}`, { defaultValue: area.replaceAll('_', ' ') })}
                </Table.Th>
              </Table.Tr>
              {permissions.map((permission) => (
                <Table.Tr key={permission.key}>
                  <Table.Th scope="row" fw={400}>
                    {permission.description}
                    <Text size="xs" c="dimmed">
                      {permission.key}
                    </Text>
                  </Table.Th>
                  {matrix.roles.map((role) => (
                    <Table.Td key={role.key} ta="center">
                      {role.permissions.includes(permission.key) ? (
                        <>
                          <IconCheck size={16} className={classes.yes} aria-hidden />
                          <span className="tw-hidden">{t('roles.yes')}</span>
                        </>
                      ) : (
                        <span className="tw-hidden">{t('roles.no')}</span>
                      )}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

type Open = { role?: Role; template?: Role } | undefined;

/** Which roles there are and what each may do; roles of one's own are made and changed here. */
export function RolesPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(rolesQuery());
  const mayWrite = useMay('roles:write');
  const [open, setOpen] = useState<Open>();
  const [removed, setRemoved] = useState<Role>();
  return (
    <Page>
      <PageHeader
        title={t('roles.title')}
        description={t('roles.text')}
        actions={
          mayWrite &&
          data && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen({})}>
              {t('roles.new')}
            </Button>
          )
        }
      />
      <SettingsCard title={t('roles.all')} description={t('roles.allText')}>
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines lines={6} />}
        <ul className={classes.rows}>
          {data?.roles.map((role) => (
            <RoleRow
              key={role.key}
              role={role}
              mayWrite={mayWrite}
              onCopy={() => setOpen({ template: role })}
              onEdit={() => setOpen({ role })}
              onDelete={() => setRemoved(role)}
            />
          ))}
        </ul>
      </SettingsCard>
      {data && (
        <SettingsCard title={t('roles.matrix')}>
          <Matrix matrix={data} />
        </SettingsCard>
      )}
      {open && data && (
        <RoleDialog
          matrix={data}
          role={open.role}
          template={open.template}
          onClose={() => setOpen(undefined)}
        />
      )}
      {removed && data && (
        <RoleRemoval role={removed} roles={data.roles} onClose={() => setRemoved(undefined)} />
      )}
    </Page>
  );
}
