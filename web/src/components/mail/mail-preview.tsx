import { Alert, Card, Group, SegmentedControl, Skeleton, Switch, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { address, request } from '@/api/client';
import { formatBytes } from '@/app/format';
import { IconAlertTriangle } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { LeadPicker } from '../lead-picker';
import { ErrorState } from '../page-states';
import classes from './mail.module.css';
import { type Shown, VIEWS, type View } from './views';

interface MailPreviewProps {
  templateId: string;
  /** Version whose draft is stored: a new one is shown once it is there. */
  version: number;
  /** The one the template has for everybody else, where left out. */
  language?: string;
  /** The block that is open. */
  block?: string | undefined;
  shown: Shown;
  onShow: (change: Shown) => void;
}

const TEMPLATES = '/api/v1/mail-templates';

const page = (url: string) => url.split('#')[0];

/** The mail in a frame of its own, where nothing of it runs. The old one stays until the next has come. */
function Frame({ src, view, dark }: { src: string; view: View; dark: boolean }) {
  const { t } = useTranslation('mail-templates');
  const [shown, setShown] = useState(src);
  // Another block of the same mail: the frame only scrolls.
  useEffect(() => {
    setShown((known) => (page(known) === page(src) ? src : known));
  }, [src]);
  const frames = page(shown) === page(src) ? [src] : [shown, src];
  return frames.map((url) => (
    <iframe
      key={page(url)}
      title={t('preview.frame')}
      src={url}
      sandbox="allow-popups"
      referrerPolicy="no-referrer"
      className={classes.frame}
      data-view={view}
      data-dark={dark || undefined}
      data-loading={url !== shown || undefined}
      aria-hidden={url !== shown || undefined}
      onLoad={() => url === src && setShown(src)}
    />
  ));
}

/** The stored draft as somebody gets it: on a desktop, on a phone, in the dark, or as plain text. Texts: load `mail-templates`. */
export function MailPreview({
  templateId,
  version,
  language,
  block,
  shown,
  onShow,
}: MailPreviewProps) {
  const { t } = useTranslation('mail-templates');
  const { view = 'desktop', dark = false, person } = shown;
  const mayPick = useMay('leads:read');
  const [name, setName] = useState<string | null>(null);
  const asked = { language: language ?? null, person_id: person ?? null };
  const { data, error, refetch } = useQuery({
    queryKey: ['mail-preview', templateId, version, asked],
    queryFn: ({ signal }) =>
      request<Schema<'MailPreviewRead'>>('post', `${TEMPLATES}/${templateId}/preview`, {
        body: asked,
        signal,
      }),
    placeholderData: keepPreviousData,
  });
  const src =
    address(`${TEMPLATES}/${templateId}/preview.html`, {
      language,
      person_id: person,
      scheme: dark ? 'dark' : 'light',
      v: version,
    }) + (block ? `#block-${block}` : '');
  return (
    <Card component="section" aria-label={t('preview.title')} className={classes.pane}>
      <div className={classes.bar}>
        <Title order={2} size="h4">
          {t('preview.title')}
        </Title>
        <Group gap="sm">
          <SegmentedControl
            size="xs"
            aria-label={t('preview.view')}
            value={view}
            data={VIEWS.map((value) => ({ value, label: t(`preview.${value}`) }))}
            onChange={(next) => onShow({ view: next === 'desktop' ? undefined : (next as View) })}
          />
          <Switch
            size="sm"
            label={t('preview.dark')}
            checked={dark}
            disabled={view === 'text'}
            onChange={(event) => onShow({ dark: event.currentTarget.checked || undefined })}
          />
        </Group>
      </div>
      {mayPick && (
        <LeadPicker
          label={t('preview.person')}
          value={person ?? null}
          name={person ? name : null}
          onChange={(lead) => {
            setName(lead ? lead.full_name || lead.email || null : null);
            onShow({ person: lead?.id });
          }}
        />
      )}
      {error && !data ? (
        <ErrorState error={error} compact onRetry={() => void refetch()} />
      ) : (
        <>
          <div>
            <Text size="xs" c="dimmed">
              {t('preview.subject')}
            </Text>
            {data ? (
              <Text fw={600} size="sm">
                {data.subject || t('preview.noSubject')}
              </Text>
            ) : (
              <Skeleton height={16} my={3} width="60%" />
            )}
          </div>
          {data && data.problems.length > 0 && (
            <Alert
              color="yellow"
              icon={<IconAlertTriangle size={18} />}
              title={t('preview.problems', { count: data.problems.length })}
            >
              {data.problems.map(({ text }) => (
                <Text key={text} size="sm">
                  {text}
                </Text>
              ))}
            </Alert>
          )}
          <div className={classes.stage}>
            {view === 'text' ? (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
              <pre className={classes.plain} tabIndex={0}>
                {data?.text}
              </pre>
            ) : (
              <Frame src={src} view={view} dark={dark} />
            )}
          </div>
          {data && (
            <Text size="xs" c="dimmed">
              {t('preview.size', { size: formatBytes(data.html_bytes) })}
            </Text>
          )}
        </>
      )}
    </Card>
  );
}
