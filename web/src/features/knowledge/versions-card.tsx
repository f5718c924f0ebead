import { Button, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { useMay } from '@/app/permissions';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './knowledge.module.css';
import { type DocumentDetail, diffQuery, KNOWLEDGE, versionsQuery } from './queries';

/** All versions of a document; the chosen one beside the one before it. */
export function VersionsCard({ document }: { document: DocumentDetail }) {
  const { t } = useTranslation('knowledge');
  const mayWrite = useMay('knowledge:write');
  const { data, error } = useQuery(versionsQuery(document.id));
  const [chosen, setChosen] = useState<number>();
  const shown = chosen ?? data?.[0]?.number;
  const restore = async (number: number) => {
    try {
      await request('post', `${KNOWLEDGE}/documents/${document.id}/versions/${number}/restore`);
      toastSuccess(t('versions.restored', { number }));
    } catch (reason) {
      toastError(t('versions.notRestored'), reason);
    }
    await invalidatePaths(KNOWLEDGE);
  };
  if (error && !data) return <ErrorState error={error} compact />;
  if (!data) return <LoadingLines lines={5} />;
  if (data.length === 0) return <EmptyState title={t('versions.none')} compact />;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Stack gap="xs" component="ul" m={0} p={0}>
        {data.map(({ number, author_name, created_at }) => (
          <Card component="li" key={number} p="xs" className={classes.card}>
            <Group justify="space-between" wrap="nowrap">
              <div>
                <Text size="sm" fw={500}>
                  {t('versions.number', { number })}
                </Text>
                <Text size="xs" c="dimmed">
                  {[author_name, formatDateTime(created_at)].filter(Boolean).join(' · ')}
                </Text>
              </div>
              <Group gap={4} wrap="nowrap">
                <Button
                  size="compact-sm"
                  variant={shown === number ? 'light' : 'default'}
                  aria-pressed={shown === number}
                  onClick={() => setChosen(number)}
                >
                  {t('versions.changes')}
                </Button>
                {mayWrite && number !== document.current_version && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t('versions.restoreThis', { number })}
                    onClick={() => void restore(number)}
                  >
                    {t('versions.restore')}
                  </Button>
                )}
              </Group>
            </Group>
          </Card>
        ))}
      </Stack>
      {shown !== undefined && <Changes id={document.id} number={shown} />}
    </SimpleGrid>
  );
}

function Changes({ id, number }: { id: string; number: number }) {
  const { t } = useTranslation('knowledge');
  const { data, error } = useQuery(diffQuery(id, number, Math.max(1, number - 1)));
  if (error && !data) return <ErrorState error={error} compact />;
  if (!data) return <LoadingLines lines={6} />;
  return (
    <ul className={classes.diff} aria-label={t('versions.changesOf', { number })}>
      {data.lines.map((line, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity of their own
          key={index}
          className={line.kind === 'same' ? undefined : classes[line.kind]}
        >
          {line.kind === 'added' ? '+ ' : line.kind === 'removed' ? '− ' : '  '}
          {line.text}
        </li>
      ))}
    </ul>
  );
}
