import { Badge, Button, Group, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { RehearsalReport } from '@/components/journey/rehearsal-report';
import { ErrorState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError } from '@/components/toasts';
import { CAMPAIGNS } from '../queries';
import { rehearsalQuery } from './queries';
import type { StepProps } from './step-props';

/** The campaign played through on a virtual clock, before anybody gets anything. */
export function RehearsalCard({ campaign, flush, readOnly }: StepProps) {
  const { t } = useTranslation('campaigns');
  const [busy, setBusy] = useState(false);
  const { rehearsal, problems } = campaign;
  const blocked = problems.some(({ severity }) => severity === 'error');
  const running = busy || rehearsal?.state === 'running';
  const begin = async () => {
    setBusy(true);
    try {
      if (await flush())
        await request('post', `${CAMPAIGNS}/${campaign.id}/rehearse`, { body: {} });
    } catch (reason) {
      toastError(t('rehearsal.failed'), reason);
    }
    await invalidatePaths(CAMPAIGNS);
    setBusy(false);
  };
  return (
    <SettingsCard
      title={t('rehearsal.title')}
      description={t('rehearsal.text')}
      action={
        !readOnly && (
          <Button
            variant="default"
            disabled={blocked || running}
            leftSection={running ? <Loader size={14} aria-hidden /> : undefined}
            onClick={() => void begin()}
          >
            {t(running ? 'rehearsal.running' : rehearsal ? 'rehearsal.again' : 'rehearsal.begin')}
          </Button>
        )
      }
    >
      {rehearsal ? (
        <Report key={rehearsal.id} id={rehearsal.id} fits={rehearsal.fits_draft} />
      ) : (
        <Text size="sm" c="dimmed">
          {t(blocked ? 'rehearsal.blocked' : 'rehearsal.none')}
        </Text>
      )}
    </SettingsCard>
  );
}

function Report({ id, fits }: { id: string; fits: boolean }) {
  const { t } = useTranslation('journeys');
  const { data, error, refetch } = useQuery(rehearsalQuery(id));
  const done = data !== undefined && data.state !== 'running';
  // What the campaign says of its newest rehearsal is known once it is over.
  useEffect(() => {
    if (done) void invalidatePaths(CAMPAIGNS);
  }, [done]);
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <>
      <Group gap="xs">
        {data.passed !== null && (
          <Badge color={data.passed ? 'green' : 'red'}>
            {t(data.passed ? 'rehearse.passed' : 'rehearse.notPassed')}
          </Badge>
        )}
        <Text size="sm" c="dimmed">
          {formatDateTime(data.created_at)}
        </Text>
      </Group>
      <RehearsalReport rehearsal={{ ...data, fits_draft: fits }} />
    </>
  );
}
