import {
  Alert,
  Button,
  Group,
  Modal,
  SegmentedControl,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { formatTime } from '@/app/format';
import { useMay } from '@/app/permissions';
import { useLeaveGuard } from '@/components/api-form';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { DocumentBadge, ScopeBadge } from './badges';
import { DocumentMenu } from './document-menu';
import classes from './knowledge.module.css';
import { merged, type Text as Words } from './merge';
import { type Article, articleQuery, type DraftText, KNOWLEDGE } from './queries';
import { VersionsCard } from './versions-card';

const route = getRouteApi('/_app/knowledge/articles/$articleId');
const MarkdownEditor = lazy(() => import('./markdown-editor'));
const MarkdownView = lazy(() => import('./markdown-view'));
const PAUSE = 1200;

/** Writes an article: the draft keeps itself, publishing makes a version. */
export function ArticlePage() {
  const { t } = useTranslation('knowledge');
  const { articleId } = route.useParams();
  const { data, error, refetch } = useQuery({
    ...articleQuery(articleId),
    refetchOnWindowFocus: false,
  });
  if (error && !data) {
    if (toApiError(error).status === 404) {
      return <NotFoundState title={t('document.notFound')} to="/knowledge" back={t('title')} />;
    }
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  }
  if (!data) return <LoadingLines lines={12} />;
  return <ArticleEditor key={articleId} article={data} />;
}

function ArticleEditor({ article }: { article: Article }) {
  const { t } = useTranslation('knowledge');
  const mayWrite = useMay('knowledge:write');
  const { document, draft } = article;
  const url = `${KNOWLEDGE}/articles/${document.id}`;
  const [words, setWords] = useState<Words>({
    title: draft?.title ?? document.title,
    content: draft?.content ?? document.content,
  });
  const [base, setBase] = useState(draft?.version ?? 0);
  const [saved, setSaved] = useState<Words>(words);
  const [savedAt, setSavedAt] = useState<Date>();
  const [conflict, setConflict] = useState<DraftText>();
  const [problem, setProblem] = useState<string>();
  const [mode, setMode] = useState(mayWrite ? 'write' : 'read');
  const [busy, setBusy] = useState(false);
  const running = useRef<Promise<number | undefined>>(Promise.resolve(undefined));
  const latest = useRef({ words, base, saved });
  latest.current = { words, base, saved };
  const dirty = words.title !== saved.title || words.content !== saved.content;
  useLeaveGuard(dirty && !conflict, false);

  /** Saves what is written; one at a time. Returns the draft's version, or undefined where it was not saved. */
  const save = useCallback(async (): Promise<number | undefined> => {
    const turn = running.current.then(async () => {
      const { words: now, base: on, saved: before } = latest.current;
      if (!now.title.trim()) return undefined;
      if (now.title === before.title && now.content === before.content) return on;
      try {
        const kept = await request<DraftText>('put', `${url}/draft`, {
          body: { ...now, base_version: on },
        });
        latest.current = { ...latest.current, base: kept.version, saved: now };
        setBase(kept.version);
        setSaved(now);
        setSavedAt(new Date());
        setProblem(undefined);
        return kept.version;
      } catch (reason) {
        const failure = toApiError(reason);
        if (failure.code === 'knowledge.draft_conflict') setConflict(failure.current as DraftText);
        else setProblem(failure.message);
        return undefined;
      }
    });
    running.current = turn;
    return turn;
  }, [url]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new word begins the pause anew
  useEffect(() => {
    if (!dirty || conflict) return;
    const timer = setTimeout(() => void save(), PAUSE);
    return () => clearTimeout(timer);
  }, [dirty, conflict, save, words]);

  const publish = async () => {
    setBusy(true);
    const version = await save();
    if (version) {
      try {
        await request('post', `${url}/publish`, { body: { draft_version: version } });
        setBase(0);
        toastSuccess(t('article.published'));
        await invalidatePaths(KNOWLEDGE);
      } catch (reason) {
        const failure = toApiError(reason);
        if (failure.code === 'knowledge.draft_conflict') setConflict(failure.current as DraftText);
        else toastError(t('article.notPublished'), reason);
      }
    }
    setBusy(false);
  };
  const settle = (choice: Words) => {
    if (!conflict) return;
    setBase(conflict.version);
    setSaved({ title: conflict.title, content: conflict.content });
    setWords(choice);
    setConflict(undefined);
  };
  const nothing = !dirty && base === 0 && document.current_version > 0;
  return (
    <Page>
      <PageHeader
        title={words.title || document.title}
        beside={
          <Group gap={4} wrap="nowrap">
            <DocumentBadge document={{ ...document, has_draft: base > 0 }} />
            <ScopeBadge scope={document.scope} />
          </Group>
        }
        description={
          <span aria-live="polite">
            {dirty
              ? t('article.saving')
              : savedAt
                ? t('article.savedAt', { time: formatTime(savedAt.toISOString()) })
                : draft
                  ? t('article.draftBy', { name: draft.author_name })
                  : t('article.versionNow', { number: document.current_version })}
          </span>
        }
        actions={
          mayWrite && (
            <>
              <DocumentMenu document={document} />
              <Button
                loading={busy}
                disabled={nothing || !words.title.trim()}
                onClick={() => void publish()}
              >
                {t('article.publish')}
              </Button>
            </>
          )
        }
      />
      {problem && (
        <Alert color="red" title={t('article.notSaved')}>
          {problem}
        </Alert>
      )}
      <SegmentedControl
        w="fit-content"
        value={mode}
        onChange={setMode}
        aria-label={t('article.view')}
        data={[
          ...(mayWrite ? [{ value: 'write', label: t('article.write') }] : []),
          { value: 'read', label: t('article.preview') },
          { value: 'versions', label: t('versions.title') },
        ]}
      />
      {mode === 'write' && (
        <Stack gap="sm">
          <TextInput
            label={t('article.title')}
            value={words.title}
            maxLength={300}
            required
            error={words.title.trim() ? undefined : t('article.titleMissing')}
            onChange={({ currentTarget }) => {
              const title = currentTarget.value;
              setWords((old) => ({ ...old, title }));
            }}
          />
          <Suspense fallback={<Skeleton h={430} />}>
            <MarkdownEditor
              label={t('article.text')}
              value={words.content}
              onChange={(content) => setWords((old) => ({ ...old, content }))}
            />
          </Suspense>
        </Stack>
      )}
      {mode === 'read' && (
        <Suspense fallback={<LoadingLines lines={10} />}>
          {words.content ? (
            <MarkdownView text={words.content} />
          ) : (
            <Text c="dimmed">{t('article.empty')}</Text>
          )}
        </Suspense>
      )}
      {mode === 'versions' && <VersionsCard document={document} />}
      {conflict && <MergeDialog mine={words} theirs={conflict} onSettle={settle} />}
    </Page>
  );
}

interface MergeProps {
  mine: Words;
  theirs: DraftText;
  onSettle: (choice: Words) => void;
}

/** Two people wrote at once: both texts side by side, and one made of both to go on with. */
function MergeDialog({ mine, theirs, onSettle }: MergeProps) {
  const { t } = useTranslation('knowledge');
  const both = merged(mine, theirs);
  const sides: [string, Words, string][] = [
    [t('merge.mine'), mine, t('merge.keepMine')],
    [t('merge.theirs', { name: theirs.author_name }), theirs, t('merge.keepTheirs')],
  ];
  return (
    <Modal
      opened
      size="xl"
      withCloseButton={false}
      onClose={() => onSettle(both)}
      title={t('merge.title')}
    >
      <Stack gap="md">
        <Text size="sm">{t('merge.text', { name: theirs.author_name })}</Text>
        <div className={classes.sides}>
          {sides.map(([name, side, keep]) => (
            <Stack key={name} gap="xs">
              <Text size="sm" fw={600}>
                {name}
              </Text>
              <section
                className={`${classes.theirs} ${classes.passage}`}
                // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
                tabIndex={0}
                aria-label={name}
              >
                <strong>{side.title}</strong>
                {'\n\n'}
                {side.content}
              </section>
              <Button variant="default" onClick={() => onSettle(side)}>
                {keep}
              </Button>
            </Stack>
          ))}
        </div>
        <Button data-autofocus onClick={() => onSettle(both)}>
          {t('merge.both')}
        </Button>
      </Stack>
    </Modal>
  );
}
