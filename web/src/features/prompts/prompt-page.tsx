import { Badge, Button, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { PageTabs } from '@/components/page-tabs';
import { toastError, toastSuccess } from '@/components/toasts';
import { changePrompt, type Prompt, promptQuery } from './queries';
import { TABS } from './search';
import { TestsTab } from './tests-tab';
import { TextTab } from './text-tab';
import { VariantsTab } from './variants-tab';
import { VersionsTab } from './versions-tab';

const route = getRouteApi('/_app/settings/prompts/$promptId');

function Actions({ prompt }: { prompt: Prompt }) {
  const { t } = useTranslation('prompts');
  const navigate = route.useNavigate();
  const { key, name, latest, published, version } = prompt;
  const publish = async () => {
    try {
      await changePrompt('put', `/${key}/published`, { body: { number: latest }, version });
      toastSuccess(t('published', { number: latest }));
    } catch (reason) {
      toastError(t('notPublished'), reason);
    }
  };
  const remove = async () => {
    const own = prompt.origin === 'own';
    const sure = await askConfirm({
      title: t(own ? 'remove' : 'reset'),
      message: t(own ? 'removeText' : 'resetText', { name, count: latest }),
      confirm: t(own ? 'remove' : 'reset'),
    });
    if (!sure) return;
    try {
      await changePrompt('delete', `/${key}`, { version });
      toastSuccess(t(own ? 'removed' : 'wasReset', { name }));
      if (own) void navigate({ to: '/settings/prompts' });
    } catch (reason) {
      toastError(t('notRemoved', { name }), reason);
    }
  };
  return (
    <>
      {version > 0 && (
        <Button variant="subtle" color="red" onClick={() => void remove()}>
          {t(prompt.origin === 'own' ? 'remove' : 'reset')}
        </Button>
      )}
      {latest > 0 && published !== latest && (
        <Button onClick={() => void publish()}>{t('publish', { number: latest })}</Button>
      )}
    </>
  );
}

/** One prompt: its text, its versions, its tests. */
export function PromptPage() {
  const { t } = useTranslation('prompts');
  const { promptId } = route.useParams();
  const { tab = 'text' } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: prompt, error, refetch } = useQuery(promptQuery(promptId));
  const mayWrite = useMay('ai:write');
  if (error && !prompt) {
    return (
      <Page layout="form">
        {toApiError(error).status === 404 ? (
          <NotFoundState title={t('notFound')} to="/settings/prompts" back={t('toList')} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  const state = prompt && (
    <Badge color={prompt.published === null ? 'yellow' : 'green'}>
      {prompt.published === null
        ? t('onlyDraft')
        : prompt.published === 0
          ? t('usesProduct')
          : t('uses', { number: prompt.published })}
    </Badge>
  );
  return (
    <Page layout="form">
      <PageHeader
        title={prompt?.name ?? promptId}
        description={prompt?.description}
        beside={state}
        actions={prompt && mayWrite && <Actions prompt={prompt} />}
      />
      {!prompt && <LoadingLines lines={10} />}
      {prompt && (
        <Stack gap="md">
          <PageTabs
            tabs={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
            value={tab}
            onChange={(next) => void navigate({ search: next === 'text' ? {} : { tab: next } })}
          >
            {tab === 'text' && (
              <TextTab key={`${prompt.key}-${prompt.latest}`} prompt={prompt} mayWrite={mayWrite} />
            )}
            {tab === 'versions' && <VersionsTab prompt={prompt} mayWrite={mayWrite} />}
            {tab === 'tests' && <TestsTab prompt={prompt} mayWrite={mayWrite} />}
            {tab === 'variants' && <VariantsTab prompt={prompt} mayWrite={mayWrite} />}
          </PageTabs>
          <Group>
            <LinkAnchor to="/settings/prompts">{t('toList')}</LinkAnchor>
          </Group>
        </Stack>
      )}
    </Page>
  );
}
