import { Alert, Button, Group, List, Radio, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconAlertTriangle } from '@/app/icons';
import { usePageTitle } from '@/app/page-title';
import { LinkButton } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError } from '@/components/toasts';
import { type ConnectionOffer, type ConnectionRequest, decide, offerQuery } from './queries';
import { connectionRequest } from './request';

/** A program asks to act for the person: who it says it is, where the answer goes, what it may then do. */
export function ConsentPage() {
  const { t } = useTranslation('assistants');
  const [asked] = useState(() => connectionRequest(window.location.search));
  const { data, error, refetch } = useQuery(offerQuery(asked));
  const title = data ? t('consent.title', { name: data.client_name }) : t('consent.heading');
  usePageTitle(title);
  return (
    <Stack gap="md">
      <Title order={1} tabIndex={-1}>
        {title}
      </Title>
      {error && (
        <>
          <ErrorState error={error} compact onRetry={() => void refetch()} />
          <LinkButton to="/" variant="default">
            {t('consent.leave')}
          </LinkButton>
        </>
      )}
      {!data && !error && <LoadingLines lines={5} />}
      {data && <Decision asked={asked} offer={data} />}
    </Stack>
  );
}

function Decision({ asked, offer }: { asked: ConnectionRequest; offer: ConnectionOffer }) {
  const { t } = useTranslation('assistants');
  const reading = offer.scopes.filter((scope) => !scope.writes);
  const writes = offer.scopes.some((scope) => scope.writes);
  const [choice, setChoice] = useState(writes ? 'all' : 'read');
  const granted = choice === 'all' ? offer.scopes : reading;
  const answer = useMutation({
    mutationFn: (decision: 'allow' | 'deny') =>
      decide(
        asked,
        decision,
        granted.map((scope) => scope.scope),
      ),
    onSuccess: ({ redirect_to }) => window.location.assign(redirect_to),
    onError: (reason) => toastError(t('consent.failed'), reason),
  });
  return (
    <>
      <Text size="sm">
        {t('consent.text', { name: offer.client_name, organisation: offer.organisation_name })}
      </Text>
      {writes && reading.length > 0 && (
        <Radio.Group value={choice} onChange={setChoice} label={t('consent.choice')}>
          <Stack gap="xs" mt="xs">
            <Radio value="all" label={t('consent.all')} />
            <Radio value="read" label={t('consent.readOnly')} />
          </Stack>
        </Radio.Group>
      )}
      <div>
        <Text size="sm" fw={500} mb={4}>
          {t('consent.may')}
        </Text>
        <List size="sm" spacing={4}>
          {granted.map((scope) => (
            <List.Item key={scope.scope}>{scope.label}</List.Item>
          ))}
        </List>
        <Text size="xs" c="dimmed" mt="xs">
          {t('consent.limits')}
        </Text>
      </div>
      <Alert color="yellow" icon={<IconAlertTriangle size={18} />} title={t('consent.warnTitle')}>
        {t('consent.warn', { host: offer.host })}
      </Alert>
      <Group grow>
        <Button variant="default" loading={answer.isPending} onClick={() => answer.mutate('deny')}>
          {t('consent.deny')}
        </Button>
        <Button loading={answer.isPending} onClick={() => answer.mutate('allow')}>
          {t('consent.allow')}
        </Button>
      </Group>
    </>
  );
}
