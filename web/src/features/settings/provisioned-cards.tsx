import { Badge, Code, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatRelative } from '@/app/format';
import { IconHistory, IconUsers } from '@/app/icons';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { type ProvisioningOverview, provisioningOverviewQuery, rolesQuery } from './queries';
import classes from './settings.module.css';

function When({ at }: { at: string }) {
  return (
    <Text size="xs" c="dimmed" component="time" dateTime={at}>
      {formatRelative(at)}
    </Text>
  );
}

function PersonRow({ person }: { person: ProvisioningOverview['people'][number] }) {
  const { t } = useTranslation('settings');
  const roles = useQuery(rolesQuery()).data?.roles ?? [];
  const role = roles.find(({ key }) => key === person.role)?.label ?? person.role;
  const known =
    person.user_name.toLowerCase() === person.email.toLowerCase()
      ? person.email
      : t('provisioning.knownAs', { email: person.email, userName: person.user_name });
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Group gap="xs">
          <Text size="sm" fw={500} className={classes.breakable}>
            {person.name}
          </Text>
          <Badge color="gray">{role}</Badge>
          {!person.active && <Badge color="red">{t('provisioning.inactive')}</Badge>}
        </Group>
        <Text size="xs" c="dimmed" className={classes.breakable}>
          {[known, ...person.groups].join(' · ')}
        </Text>
      </div>
      <When at={person.changed_at} />
    </li>
  );
}

function RequestRow({ sent }: { sent: ProvisioningOverview['requests'][number] }) {
  const { t } = useTranslation('settings');
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Group gap="xs">
          <Badge color={sent.status < 400 ? 'green' : 'red'}>{sent.status}</Badge>
          <Code className={classes.code}>
            {sent.method} {sent.path}
          </Code>
        </Group>
        {sent.detail && (
          <Text size="sm" className={classes.breakable}>
            {sent.detail}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {t('provisioning.took', {
            token: sent.token_name,
            milliseconds: formatNumber(sent.milliseconds),
          })}
        </Text>
      </div>
      <When at={sent.occurred_at} />
    </li>
  );
}

function Bound({ shown, total }: { shown: number; total: number }) {
  const { t } = useTranslation('settings');
  if (shown >= total) return null;
  return (
    <Text size="xs" c="dimmed">
      {t('provisioning.first', { shown: formatNumber(shown), total: formatNumber(total) })}
    </Text>
  );
}

/** Whom and what identity providers manage, and their last requests. */
export function ProvisionedCards() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(provisioningOverviewQuery());
  if (!data)
    return (
      <SettingsCard title={t('provisioning.people')}>
        {error ? (
          <ErrorState error={error} compact onRetry={() => void refetch()} />
        ) : (
          <LoadingLines />
        )}
      </SettingsCard>
    );
  return (
    <>
      <SettingsCard title={t('provisioning.people')} description={t('provisioning.peopleText')}>
        {data.people.length === 0 && (
          <EmptyState icon={IconUsers} title={t('provisioning.peopleNone')} compact>
            {t('provisioning.peopleNoneText')}
          </EmptyState>
        )}
        <ul className={classes.rows}>
          {data.people.map((person) => (
            <PersonRow key={person.user_id} person={person} />
          ))}
        </ul>
        <Bound shown={data.people.length} total={data.people_total} />
      </SettingsCard>
      {data.groups.length > 0 && (
        <SettingsCard title={t('provisioning.groups')}>
          <ul className={classes.rows}>
            {data.groups.map((group) => (
              <li key={group.id} className={classes.row}>
                <Text size="sm" fw={500} className={classes.main}>
                  {group.name}
                </Text>
                <Text size="xs" c="dimmed">
                  {t('provisioning.members', {
                    count: group.members,
                    number: formatNumber(group.members),
                  })}
                </Text>
              </li>
            ))}
          </ul>
          <Bound shown={data.groups.length} total={data.groups_total} />
        </SettingsCard>
      )}
      <SettingsCard title={t('provisioning.requests')} description={t('provisioning.requestsText')}>
        {data.requests.length === 0 && (
          <EmptyState icon={IconHistory} title={t('provisioning.requestsNone')} compact>
            {t('provisioning.requestsNoneText')}
          </EmptyState>
        )}
        <ul className={classes.rows}>
          {data.requests.map((sent) => (
            <RequestRow key={sent.id} sent={sent} />
          ))}
        </ul>
      </SettingsCard>
    </>
  );
}
