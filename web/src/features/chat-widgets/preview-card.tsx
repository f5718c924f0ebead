import { Box, Card, Group, Select, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { type Draft, LANGUAGES, type Language, settingsOf } from './draft';
import { previewQuery } from './queries';

const PAUSE_MS = 300;

interface PreviewProps {
  draft: Draft;
  language: Language;
  onLanguage: (language: Language) => void;
}

/** The widget as visitors will see it, drawn by its own code. */
export function PreviewCard({ draft, language, onLanguage }: PreviewProps) {
  const { t } = useTranslation('chat-widgets');
  const [shown] = useDebouncedValue(draft, PAUSE_MS);
  const body = { agent_id: shown.agent_id, settings: settingsOf(shown), language };
  const { data, error, refetch } = useQuery({
    ...previewQuery(body),
    placeholderData: keepPreviousData,
    // Half a colour is no error to show.
    enabled: /^#[0-9a-f]{6}$/i.test(shown.colour),
  });
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (!element || !data) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    void import('../../../chat/src/preview').then(({ preview }) =>
      preview(root, data as never, t('preview.question')),
    );
  }, [data, t]);
  return (
    <Card component="section" aria-label={t('preview.title')}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h3">
          {t('preview.title')}
        </Title>
        <Select
          size="xs"
          w={140}
          aria-label={t('preview.language')}
          data={LANGUAGES.map((value) => ({ value, label: t(`languages.${value}`) }))}
          value={language}
          allowDeselect={false}
          onChange={(next) => onLanguage(next as Language)}
        />
      </Group>
      {error && !data && <ErrorState compact error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={13} height={24} />}
      {/* A picture: nothing in it can be reached or is read out. */}
      <Box ref={host} inert aria-hidden mih={data ? 520 : 0} />
    </Card>
  );
}
