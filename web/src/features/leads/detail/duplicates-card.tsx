import { Alert, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatRelative } from '@/app/format';
import { IconGitMerge } from '@/app/icons';
import { useMay } from '@/app/permissions';
import type { Lead } from '../queries';
import { MergeDialog, useUndoMerge } from './merge-dialog';
import { duplicatesQuery, mergesQuery } from './queries';

/** Says that other leads may be the same person, and lets a person merge them. */
export function DuplicatesHint({ lead }: { lead: Lead }) {
  const { t } = useTranslation('leads/detail');
  const mayWrite = useMay('leads:write');
  const candidates =
    useQuery({ ...duplicatesQuery(lead.id), enabled: useMay('leads:personal') }).data ?? [];
  const [comparing, setComparing] = useState(false);
  const first = candidates[0];
  if (!first) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconGitMerge size={16} />}
      title={t('duplicates.title', { count: candidates.length })}
    >
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {[first.full_name || first.email, first.reasons[0]?.words].filter(Boolean).join(': ')}
        </Text>
        {mayWrite && (
          <Button size="xs" variant="default" onClick={() => setComparing(true)}>
            {t('duplicates.compare')}
          </Button>
        )}
      </Group>
      <MergeDialog
        lead={lead}
        candidates={candidates}
        opened={comparing}
        onClose={() => setComparing(false)}
      />
    </Alert>
  );
}

/** Merges this lead took part in that can still be undone. */
export function MergesNote({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const mayWrite = useMay('leads:write');
  const undo = useUndoMerge();
  const merges = useQuery(mergesQuery(leadId)).data?.filter((merge) => !merge.undone_at);
  const latest = merges?.[0];
  if (!latest || latest.winner_id !== leadId) return null;
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" c="dimmed">
        {t('merge.past', {
          count: latest.loser_ids.length,
          when: formatRelative(latest.merged_at),
        })}
      </Text>
      {mayWrite && (
        <Button size="compact-sm" variant="subtle" onClick={() => void undo(latest.id)}>
          {t('merge.undo')}
        </Button>
      )}
    </Group>
  );
}
