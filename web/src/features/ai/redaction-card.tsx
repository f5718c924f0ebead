import { Checkbox, SimpleGrid, Stack, Switch, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import type { Connection, Policy } from './queries';
import { usePolicy } from './use-policy';

type Kind = Policy['redacted_kinds'][number];
const KINDS: readonly Kind[] = [
  'email',
  'phone',
  'person',
  'address',
  'card',
  'iban',
  'national_id',
  'ip',
];

interface RedactionCardProps {
  connections: readonly Connection[];
  mayWrite: boolean;
}

/** Which personal data is replaced before a text leaves for a provider. */
export function RedactionCard({ connections, mayWrite }: RedactionCardProps) {
  const { t } = useTranslation('ai');
  const { policy, error, refetch, saving, save } = usePolicy();
  const locked = !mayWrite || saving;
  const exempt = policy?.exempt_connections ?? [];
  return (
    <SettingsCard title={t('redaction.title')} description={t('redaction.text')}>
      {error && !policy && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!policy && !error && <LoadingLines />}
      {policy && (
        <>
          <Checkbox.Group
            aria-label={t('redaction.kinds')}
            value={policy.redacted_kinds}
            onChange={(kinds) => void save({ redacted_kinds: kinds as Kind[] })}
          >
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
              {KINDS.map((kind) => (
                <Checkbox
                  key={kind}
                  value={kind}
                  disabled={locked}
                  label={t(`kind.${kind}`)}
                  description={t(`kindText.${kind}`)}
                />
              ))}
            </SimpleGrid>
          </Checkbox.Group>
          {connections.length > 0 && (
            <Stack gap="xs">
              <Title order={3} fz="sm">
                {t('redaction.per')}
              </Title>
              <Text size="sm" c="dimmed">
                {t('redaction.perText')}
              </Text>
              {connections.map(({ id, label }) => (
                <Switch
                  key={id}
                  label={label}
                  disabled={locked}
                  checked={!exempt.includes(id)}
                  onChange={(event) =>
                    void save({
                      exempt_connections: event.currentTarget.checked
                        ? exempt.filter((one) => one !== id)
                        : [...exempt, id],
                    })
                  }
                />
              ))}
            </Stack>
          )}
        </>
      )}
    </SettingsCard>
  );
}
