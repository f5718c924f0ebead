import { Alert, Button, Card, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { formatBytes, formatDate, formatDateTime, formatNumber } from '@/app/format';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { PageTabs } from '@/components/page-tabs';
import { DocumentBadge, ScopeBadge, standing } from './badges';
import { DocumentMenu } from './document-menu';
import classes from './knowledge.module.css';
import { type DocumentDetail, documentQuery, type Passage, passagesQuery } from './queries';
import { VersionsCard } from './versions-card';

const route = getRouteApi('/_app/knowledge/documents/$documentId');
const MarkdownView = lazy(() => import('./markdown-view'));
const TABS = ['text', 'passages', 'versions'] as const;

/** One document: what was read of it, the passages it is searched by, its versions. */
export function DocumentPage() {
  const { t } = useTranslation('knowledge');
  const { documentId } = route.useParams();
  const { tab = 'text' } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('knowledge:write');
  const { data, error, refetch } = useQuery(documentQuery(documentId));
  if (error && !data) {
    if (toApiError(error).status === 404) {
      return <NotFoundState title={t('document.notFound')} to="/knowledge" back={t('title')} />;
    }
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  }
  if (!data) return <LoadingLines lines={12} />;
  return (
    <Page>
      <PageHeader
        title={data.title}
        beside={
          <Group gap={4} wrap="nowrap">
            <DocumentBadge document={data} />
            <ScopeBadge scope={data.scope} />
          </Group>
        }
        description={<Facts document={data} />}
        actions={mayWrite && !data.deleted_at && <DocumentMenu document={data} />}
      />
      <Problems document={data} />
      <PageTabs
        tabs={TABS.map((value) => ({ value, label: t(`document.tab.${value}`) }))}
        value={tab}
        onChange={(next) =>
          void navigate({ search: { tab: next === 'text' ? undefined : next }, replace: true })
        }
      >
        {tab === 'text' && (
          <Suspense fallback={<LoadingLines lines={10} />}>
            {data.content ? (
              <MarkdownView text={data.content} />
            ) : (
              <EmptyState title={t('document.noText')} compact />
            )}
          </Suspense>
        )}
        {tab === 'passages' && <Passages document={data} />}
        {tab === 'versions' && <VersionsCard document={data} />}
      </PageTabs>
    </Page>
  );
}

function Facts({ document }: { document: DocumentDetail }) {
  const { t } = useTranslation('knowledge');
  return (
    <>
      {[
        document.source_name,
        document.file && `${document.file.name}, ${formatBytes(document.file.size_bytes)}`,
        document.kind !== 'qa' &&
          t('document.characters', {
            count: document.characters,
            shown: formatNumber(document.characters),
          }),
        t('document.updated', { when: formatDateTime(document.updated_at) }),
        document.expires_at && t('document.expires', { when: formatDate(document.expires_at) }),
        document.reviewed_at &&
          t('document.reviewedAt', { when: formatDate(document.reviewed_at) }),
      ]
        .filter(Boolean)
        .join(' · ')}
      {document.url && (
        <>
          {' · '}
          <a href={document.url} target="_blank" rel="noreferrer nofollow">
            {document.url.replace(/^https?:\/\//, '')}
          </a>
        </>
      )}
    </>
  );
}

function Problems({ document }: { document: DocumentDetail }) {
  const { t } = useTranslation('knowledge');
  const notes = [
    ...document.warnings,
    ...(document.content_cut ? [t('document.cut')] : []),
    ...(standing(document) === 'expired' ? [t('document.expiredText')] : []),
    ...(document.deleted_at ? [t('document.deletedText')] : []),
    ...(document.missing_since
      ? [t('document.missing', { when: formatDate(document.missing_since) })]
      : []),
  ];
  return (
    <>
      {document.error && (
        <Alert color="red" title={t('document.problem')}>
          {document.error}
        </Alert>
      )}
      {notes.length > 0 && (
        <Alert color="yellow" title={t('document.note')}>
          {notes.map((note) => (
            <div key={note}>{note}</div>
          ))}
        </Alert>
      )}
    </>
  );
}

function Passages({ document }: { document: DocumentDetail }) {
  const { t } = useTranslation('knowledge');
  const [starts, setStarts] = useState([-1]);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('passages.text')}
      </Text>
      {document.passages === 0 && <EmptyState title={t('passages.none')} compact />}
      {starts.map((after) => (
        <PassageList key={after} id={document.id} after={after} />
      ))}
      <More
        id={document.id}
        after={starts.at(-1) ?? -1}
        onMore={(last) => setStarts((old) => [...old, last])}
      />
    </Stack>
  );
}

function PassageList({ id, after }: { id: string; after: number }) {
  const { data, error } = useQuery(passagesQuery(id, after));
  if (error && !data) return <ErrorState error={error} compact />;
  if (!data) return <LoadingLines lines={6} />;
  return data.map((passage: Passage) => (
    <Card key={passage.ordinal} p="sm">
      {passage.heading && (
        <Text size="xs" c="dimmed" mb={4}>
          {passage.heading}
        </Text>
      )}
      <Text size="sm" className={classes.passage}>
        {passage.content}
      </Text>
    </Card>
  ));
}

function More({
  id,
  after,
  onMore,
}: {
  id: string;
  after: number;
  onMore: (last: number) => void;
}) {
  const { t } = useTranslation('knowledge');
  const { data } = useQuery(passagesQuery(id, after));
  const last = data?.at(-1);
  if (!last || data?.length !== 50) return null;
  return (
    <Button variant="default" w="fit-content" onClick={() => onMore(last.ordinal)}>
      {t('passages.more')}
    </Button>
  );
}
