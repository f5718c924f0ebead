import { Alert, Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { IconInfoCircle, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { LinkButton } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { ConnectionDialog } from './connection-dialog';
import { ConnectionsCard } from './connections-card';
import { ModelsCard } from './models-card';
import { connectionsQuery, modelsQuery, providersQuery, statusQuery } from './queries';
import { RedactionCard } from './redaction-card';
import { RoutesCard } from './routes-card';
import { TopicsCard } from './topics-card';
import { TryCard } from './try-card';

const route = getRouteApi('/_app/settings/ai/');
export const NEW = 'new';

/** Which language models do what, and what they get to see. */
export function AiPage() {
  const { t } = useTranslation('ai');
  const { edit } = route.useSearch();
  const navigate = route.useNavigate();
  const connections = useQuery(connectionsQuery());
  const models = useQuery(modelsQuery());
  const providers = useQuery(providersQuery());
  const status = useQuery(statusQuery()).data;
  const mayWrite = useMay('ai:write');
  const open = (chosen: string | undefined) =>
    void navigate({ search: chosen ? { edit: chosen } : {}, replace: true });
  const failed = [connections, models, providers].find(({ error, data }) => error && !data);
  const ready = connections.data && models.data && providers.data;
  const edited = connections.data?.find(({ id }) => id === edit);
  return (
    <Page layout="form">
      <PageHeader
        title={t('title')}
        description={t('text')}
        actions={
          <>
            <LinkButton variant="default" to="/settings/ai/usage">
              {t('toUsage')}
            </LinkButton>
            {mayWrite && (
              <Button leftSection={<IconPlus size={16} />} onClick={() => open(NEW)}>
                {t('connect')}
              </Button>
            )}
          </>
        }
      />
      {failed && <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />}
      {!ready && !failed && <LoadingLines lines={10} />}
      {ready && (
        <Stack gap="md">
          {status && !status.text && (
            <Alert color="blue" icon={<IconInfoCircle size={18} />} title={t('none.title')}>
              {t('none.text')}
            </Alert>
          )}
          <ConnectionsCard
            connections={connections.data}
            providers={providers.data}
            mayWrite={mayWrite}
            onEdit={open}
          />
          {connections.data.length > 0 && (
            <>
              <ModelsCard
                models={models.data}
                connections={connections.data}
                providers={providers.data}
                mayWrite={mayWrite}
              />
              <RoutesCard models={models.data} mayWrite={mayWrite} />
            </>
          )}
          <RedactionCard connections={connections.data} mayWrite={mayWrite} />
          <TopicsCard mayWrite={mayWrite} />
          <TryCard />
        </Stack>
      )}
      {ready && mayWrite && (edit === NEW || edited) && (
        <ConnectionDialog
          key={edit}
          connection={edited}
          providers={providers.data}
          onClose={() => open(undefined)}
        />
      )}
    </Page>
  );
}
