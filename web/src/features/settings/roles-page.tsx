import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { IconCheck } from '@/app/icons';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { rolesQuery } from './queries';
import classes from './settings.module.css';
import { SettingsCard } from './settings-card';

/** Which role may do what: the table the server itself decides by. */
export function RolesPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(rolesQuery());
  return (
    <Page>
      <PageHeader title={t('roles.title')} description={t('roles.text')} />
      <SettingsCard title={t('roles.matrix')}>
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines lines={10} />}
        {data && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
          <section className={classes.scroll} tabIndex={0} aria-label={t('roles.scroll')}>
            <Table fz="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t('roles.permission')}</Table.Th>
                  {data.roles.map((role) => (
                    <Table.Th key={role.key} scope="col" ta="center" title={role.description}>
                      {role.label}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.permissions.map((permission) => (
                  <Table.Tr key={permission.key}>
                    <Table.Th scope="row" fw={400}>
                      {permission.description}
                      <Text size="xs" c="dimmed">
                        {permission.key}
                      </Text>
                    </Table.Th>
                    {data.roles.map((role) => (
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
              </Table.Tbody>
            </Table>
          </section>
        )}
      </SettingsCard>
    </Page>
  );
}
