import { Badge, Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { type Setup, setupPath, setupQuery } from './queries';
import { SetupForm } from './setup-form';

const route = getRouteApi('/_app/scoring/$setupId');

function Actions({ setup }: { setup: Setup }) {
  const { t } = useTranslation('scoring');
  const navigate = useNavigate();
  const { name } = setup.settings;
  const make = async () => {
    const sure = await askConfirm({
      title: t('setup.primaryTitle', { name }),
      message: t('setup.primaryText'),
      confirm: t('setup.makePrimary'),
      danger: false,
    });
    if (!sure) return;
    try {
      await request('post', `${setupPath(setup.key)}/primary`);
      toastSuccess(t('setup.isPrimary', { name }));
      await invalidatePaths('/api/v1/scoring', '/api/v1/jobs');
    } catch (reason) {
      toastError(t('setup.notSaved'), reason);
    }
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('setup.removeTitle', { name }),
      message: t('setup.removeText'),
      confirm: t('setup.remove'),
    });
    if (!sure) return;
    try {
      await request('delete', setupPath(setup.key));
      await navigate({ to: '/scoring' });
      await invalidatePaths('/api/v1/scoring');
    } catch (reason) {
      toastError(t('setup.notRemoved'), reason);
    }
  };
  return (
    <Group gap="xs">
      <Button variant="default" onClick={() => void make()}>
        {t('setup.makePrimary')}
      </Button>
      <Button variant="default" color="red" onClick={() => void remove()}>
        {t('setup.remove')}
      </Button>
    </Group>
  );
}

/** One score: what it predicts, its rules, its hot threshold; a change is seen before it takes over. */
export function SetupPage() {
  const { t } = useTranslation('scoring');
  const { setupId: setupKey } = route.useParams();
  const { rate } = route.useSearch();
  const { data, error, refetch } = useQuery(setupQuery(setupKey));
  const mayWrite = useMay('scoring:write');
  if (error && !data) {
    return (
      <Page>
        <PageHeader title={t('setups.title')} />
        {toApiError(error).status === 404 ? (
          <NotFoundState title={t('setup.missing')} to="/scoring" back={t('setup.back')} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  return (
    <Page>
      <PageHeader
        title={data?.settings.name ?? t('setups.title')}
        description={t('setup.description')}
        beside={data?.is_primary ? <Badge color="blue">{t('setups.primary')}</Badge> : undefined}
        actions={data && mayWrite && !data.is_primary ? <Actions setup={data} /> : undefined}
      />
      {data ? (
        <SetupForm key={data.version} setup={data} startRate={rate} readOnly={!mayWrite} />
      ) : (
        <LoadingLines lines={16} />
      )}
    </Page>
  );
}
