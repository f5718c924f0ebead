import { Alert, Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { ApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastSuccess } from '@/components/toasts';
import { DifferenceList } from './difference-list';
import { differences } from './differences';
import { refusedBy } from './gate';
import { AGENTS, type Agent, versionsQuery } from './queries';
import { useNames } from './use-names';

/** What changes for visitors, before it does. */
export function PublishDialog({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const { t } = useTranslation('agents');
  const { data: versions, error, refetch } = useQuery(versionsQuery(agent.id));
  const namesOf = useNames();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [gate, setGate] = useState<{ suite: string; run: string | undefined }>();
  const present = versions?.find(({ is_published }) => is_published);
  const changed = present && differences(present.settings, agent.settings);
  const publish = async () => {
    setBusy(true);
    try {
      await request('post', `${AGENTS}/${agent.id}/publish`, { body: {}, version: agent.version });
      toastSuccess(t('publish.done', { name: agent.name }));
      onClose();
    } catch (reason) {
      setGate(reason instanceof ApiError ? refusedBy(reason.body) : undefined);
      setProblem(
        reason instanceof ApiError && reason.status === 412
          ? t('publish.changed')
          : (reason as Error).message,
      );
      setBusy(false);
    }
    await invalidatePaths(AGENTS);
  };
  return (
    <Modal opened onClose={onClose} size="lg" title={t('publish.title', { name: agent.name })}>
      <Stack gap="md">
        {error && !versions && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!versions && !error && <LoadingLines lines={4} />}
        {versions && !present && <Text size="sm">{t('publish.first')}</Text>}
        {present && changed && (
          <>
            <Text size="sm">{t('publish.text', { number: present.number })}</Text>
            <DifferenceList differences={changed} namesOf={namesOf} />
          </>
        )}
        {problem && (
          <Alert color="red" role="alert">
            {problem}{' '}
            {gate && (
              <Anchor
                inherit
                underline="always"
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/agents/simulations/$suiteId"
                    params={{ suiteId: gate.suite }}
                    search={{ run: gate.run }}
                  />
                )}
              >
                {t('publish.suite')}
              </Anchor>
            )}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button loading={busy} disabled={!versions} onClick={() => void publish()}>
            {t('publish.do')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
