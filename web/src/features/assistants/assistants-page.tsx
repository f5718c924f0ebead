import { Badge, Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDate, formatRelative } from '@/app/format';
import { askConfirm } from '@/components/confirm';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './assistants.module.css';
import { type Assistant, addressQuery, assistantsQuery, disconnect } from './queries';

/** Programs that act for me here; each can be disconnected at once. */
export function AssistantsPage() {
  const { t } = useTranslation('assistants');
  const { data, error, refetch } = useQuery(assistantsQuery());
  // Tokens are bound to the address that the server calls its own, however this page was reached.
  const address = useQuery(addressQuery()).data ?? `${window.location.origin}/mcp`;
  const end = async (assistant: Assistant) => {
    const sure = await askConfirm({
      title: t('list.confirmTitle', { name: assistant.name }),
      message: t('list.confirmText', { name: assistant.name }),
      confirm: t('list.disconnect'),
    });
    if (!sure) return;
    try {
      await disconnect(assistant.id);
      toastSuccess(t('list.disconnected', { name: assistant.name }));
    } catch (reason) {
      toastError(t('list.notDisconnected'), reason);
    }
    await refetch();
  };
  return (
    <Page layout="form">
      <PageHeader title={t('list.title')} />
      <SettingsCard title={t('list.connected')} description={t('list.text')}>
        {error && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines lines={4} />}
        {data?.length === 0 && (
          <EmptyState compact title={t('list.emptyTitle')}>
            {t('list.emptyText')}
          </EmptyState>
        )}
        <ul className={classes.rows}>
          {data?.map((assistant) => (
            <li key={assistant.id} className={classes.row}>
              <div className={classes.main}>
                <Group gap="xs">
                  <Text size="sm" fw={500} truncate title={assistant.name}>
                    {assistant.name}
                  </Text>
                  <Badge color={assistant.scopes.some((scope) => scope.writes) ? 'blue' : 'gray'}>
                    {t(
                      assistant.scopes.some((scope) => scope.writes) ? 'list.writes' : 'list.reads',
                    )}
                  </Badge>
                </Group>
                <Text size="xs" c="dimmed">
                  {t('list.host', { host: assistant.host })}
                </Text>
                <Text size="xs" c="dimmed">
                  {t('list.times', {
                    created: formatDate(assistant.created_at),
                    used: formatRelative(assistant.last_used_at ?? assistant.created_at),
                  })}
                </Text>
              </div>
              <Button
                variant="subtle"
                color="red"
                aria-label={t('list.disconnectNamed', { name: assistant.name })}
                onClick={() => void end(assistant)}
              >
                {t('list.disconnect')}
              </Button>
            </li>
          ))}
        </ul>
      </SettingsCard>
      <SettingsCard title={t('list.howTitle')} description={t('list.howText')}>
        <Group gap="sm" wrap="nowrap">
          <Code block className={classes.address}>
            {address}
          </Code>
          <CopyButton value={address}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {t(copied ? 'list.copied' : 'list.copy')}
              </Button>
            )}
          </CopyButton>
        </Group>
      </SettingsCard>
    </Page>
  );
}
