import { Accordion, Badge, Code, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { rolesQuery } from '../queries';
import { type Attempt, attemptsQuery } from './queries';

const GOOD = ['signed_in', 'created', 'tested', 'signed_out'];

interface Details {
  name?: string | null;
  groups?: string[];
  claims?: Record<string, unknown>;
}

function AttemptDetails({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation('settings/sso');
  const { name, groups, claims } = attempt.details as Details;
  const known = useQuery(rolesQuery()).data?.roles;
  const role = known?.find((one) => one.key === attempt.role)?.label ?? attempt.role;
  const facts = [
    [t('fact.email'), attempt.email],
    [t('fact.name'), name],
    [t('fact.subject'), attempt.subject],
    [t('fact.groups'), groups?.join(', ')],
    [t('fact.role'), role],
    [t('fact.ip'), attempt.ip],
  ].filter(([, value]) => value);
  return (
    <Stack gap="sm">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {attempt.reason}
      </Text>
      {facts.length > 0 && (
        <Table fz="sm" layout="fixed">
          <Table.Tbody>
            {facts.map(([label, value]) => (
              <Table.Tr key={label}>
                <Table.Th scope="row" w={110}>
                  {label}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {claims && (
        <div>
          <Text size="xs" c="dimmed" mb={4}>
            {t('fact.claims')}
          </Text>
          <Code block tabIndex={0} aria-label={t('fact.claims')}>
            {JSON.stringify(claims, null, 2)}
          </Code>
        </div>
      )}
    </Stack>
  );
}

interface AttemptsListProps {
  connectionId: string;
  first: string | undefined;
}

/** The last sign-ins and tests of a connection, each with its reason. */
export function AttemptsList({ connectionId, first }: AttemptsListProps) {
  const { t } = useTranslation('settings/sso');
  const { data, error, refetch } = useQuery(attemptsQuery(connectionId));
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={3} />;
  if (data.items.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('noAttempts')}
      </Text>
    );
  }
  return (
    <Accordion key={first} defaultValue={first ?? null} variant="separated" chevronPosition="left">
      {data.items.map((attempt) => (
        <Accordion.Item key={attempt.id} value={attempt.id}>
          <Accordion.Control>
            <Group gap="xs" justify="space-between">
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {attempt.email ?? attempt.subject ?? t('nobody')}
              </Text>
              <Group gap="xs">
                {attempt.purpose === 'test' && <Badge color="gray">{t('isTest')}</Badge>}
                <Badge color={GOOD.includes(attempt.code) ? 'green' : 'red'}>
                  {t(`code.${attempt.code}`, t('code.other'))}
                </Badge>
                <Text size="xs" c="dimmed">
                  {formatDateTime(attempt.occurred_at)}
                </Text>
              </Group>
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            <AttemptDetails attempt={attempt} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}
