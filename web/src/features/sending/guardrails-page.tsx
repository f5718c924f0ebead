import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, StillLoading } from '@/components/page-states';
import { ApprovalsCard } from './approvals-card';
import { CheckCard } from './check-card';
import { KillSwitchesCard } from './kill-switches-card';
import { PoliciesCard } from './policies-card';
import { policiesQuery } from './queries';
import { ShadowCard } from './shadow-card';

/** What keeps us from sending too much, too early or too dearly, and the switches that stop everything. */
export function GuardrailsPage() {
  const { t } = useTranslation('sending');
  const { data, error, refetch } = useQuery(policiesQuery());
  return (
    <Page layout="form">
      <PageHeader title={t('guardrails')} description={t('guardrailsText')} />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <>
          <LoadingLines lines={6} height={64} />
          <StillLoading onRetry={() => void refetch()} />
        </>
      )}
      {data && (
        <Stack gap="md">
          <KillSwitchesCard channels={data.channels} />
          <ApprovalsCard />
          <PoliciesCard policies={data.items} channels={data.channels} />
          <ShadowCard />
          <CheckCard channels={data.channels} />
        </Stack>
      )}
    </Page>
  );
}
