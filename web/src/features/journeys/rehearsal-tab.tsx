import { Badge, Button, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { ApiForm } from '@/components/api-form';
import { RehearsalReport } from '@/components/journey/rehearsal-report';
import { LinkButton } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import type { TabProps } from './journey-page';
import { JOURNEYS, rehearsalsQuery } from './queries';

const route = getRouteApi('/_app/journeys/$journeyId');

function Start({ journey, draft }: Pick<TabProps, 'journey' | 'draft'>) {
  const { t } = useTranslation('journeys');
  const form = useForm({ initialValues: { mode: 'simulate', days: 90 } });
  return (
    <SettingsCard title={t('rehearse.title')} description={t('rehearse.text')}>
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          await draft.flush();
          await request('post', `${JOURNEYS}/${journey.id}/rehearsals`, { body: values });
          await invalidatePaths(JOURNEYS);
        }}
      >
        {({ submitting }) => (
          <Group align="flex-end" gap="md">
            <Select
              label={t('rehearse.mode')}
              w={320}
              maw="100%"
              data={(['simulate', 'replay'] as const).map((value) => ({
                value,
                label: t(`rehearse.modes.${value}`),
              }))}
              {...form.getInputProps('mode')}
            />
            <NumberInput
              label={t('rehearse.days')}
              w={120}
              min={1}
              max={180}
              allowDecimal={false}
              {...form.getInputProps('days')}
            />
            <Button type="submit" variant="default" loading={submitting}>
              {t('rehearse.do')}
            </Button>
          </Group>
        )}
      </ApiForm>
    </SettingsCard>
  );
}

/** The journey played through before anybody gets a message. */
export function RehearsalTab({ journey, draft, readOnly }: TabProps) {
  const { t } = useTranslation('journeys');
  const { person } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(rehearsalsQuery(journey.id));
  const shown = data?.find(({ id }) => id === person) ?? data?.[0];
  return (
    <Stack gap="md">
      {!readOnly && <Start journey={journey} draft={draft} />}
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={4} height={44} />}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('rehearse.none')}
        </Text>
      )}
      {data && shown && (
        <>
          <Group gap="xs">
            {shown.passed !== null && (
              <Badge color={shown.passed ? 'green' : 'red'}>
                {t(shown.passed ? 'rehearse.passed' : 'rehearse.notPassed')}
              </Badge>
            )}
            {data.length > 1 ? (
              <Select
                aria-label={t('rehearse.which')}
                w={320}
                maw="100%"
                data={data.map((one) => ({
                  value: one.id,
                  label: `${formatDateTime(one.created_at)} · ${t(`rehearse.modes.${one.mode}`)}`,
                }))}
                value={shown.id}
                onChange={(id) =>
                  void navigate({ search: { tab: 'rehearsal', person: id ?? undefined } })
                }
              />
            ) : (
              <Text size="sm" c="dimmed">
                {formatDateTime(shown.created_at)}
              </Text>
            )}
          </Group>
          <RehearsalReport
            rehearsal={shown}
            showStep={(step) => (
              <LinkButton size="xs" variant="default" to="." search={{ step } as never}>
                {t('rehearse.show')}
              </LinkButton>
            )}
          />
        </>
      )}
    </Stack>
  );
}
