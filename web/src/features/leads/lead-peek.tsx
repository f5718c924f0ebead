import { ActionIcon, Badge, Drawer, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatCountry, formatDate } from '@/app/format';
import { IconChevronDown, IconChevronUp } from '@/app/icons';
import { leadName } from '@/app/lead-name';
import { useMembers } from '@/app/members';
import { useShortcuts } from '@/app/shortcuts';
import { ActivityTimeline } from '@/components/activity-timeline';
import { LinkAnchor } from '@/components/link-anchor';
import { Masked } from '@/components/masked';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { RecordFact } from '@/components/record/record-field';
import { ScoreBadge } from '@/components/score-badge';
import { ScorePanel } from './detail/score-panel';
import { leadQuery } from './queries';
import { StatusMenu } from './status-menu';

/** A lead at a glance. */
function Glance({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads');
  const { nameOf } = useMembers();
  const { data: lead, error, refetch } = useQuery(leadQuery(leadId));
  if (error && !lead) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!lead) return <LoadingLines lines={10} height={18} />;
  const facts: [string, string | null][] = [
    [t('field.email'), lead.email],
    [t('field.phone'), lead.phone],
    [t('field.company'), lead.company_name],
    [t('field.job_title'), lead.job_title],
    [t('field.owner'), nameOf(lead.owner_id)],
    [t('field.source'), lead.source],
    [t('field.country'), formatCountry(lead.country)],
    [t('field.created'), formatDate(lead.created_at)],
  ];
  return (
    <Stack gap="md">
      <Title order={2}>{leadName(lead, t('unnamed'))}</Title>
      <Group gap="sm">
        <StatusMenu lead={lead} />
        <ScoreBadge score={lead.score} band={lead.score_band} />
        {lead.tags.map((tag) => (
          <Badge key={tag} color="gray">
            {tag}
          </Badge>
        ))}
      </Group>
      <dl>
        {facts.flatMap(([name, value]) =>
          value ? (
            <RecordFact key={name} label={name}>
              <Masked value={value} />
            </RecordFact>
          ) : (
            []
          ),
        )}
      </dl>
      <ScorePanel leadId={lead.id} />
      <ActivityTimeline path={`/api/v1/leads/${lead.id}/timeline`} empty={t('noTimeline')} titled />
    </Stack>
  );
}

interface LeadPeekProps {
  leadId: string | undefined;
  /** Ids of the rows shown, so that j and k leaf through them. */
  ids: readonly string[];
  onPeek: (id: string) => void;
  onClose: () => void;
}

function Leaf({ leadId, ids, onPeek }: { leadId: string } & Pick<LeadPeekProps, 'ids' | 'onPeek'>) {
  const { t } = useTranslation('leads');
  const index = ids.indexOf(leadId);
  const previous = ids[index - 1];
  const next = index < 0 ? undefined : ids[index + 1];
  const go = (id: string | undefined) => {
    if (id) onPeek(id);
  };
  useShortcuts([
    {
      keys: 'j',
      label: t('keys.next'),
      group: t('keys.group'),
      always: true,
      run: () => go(next),
    },
    {
      keys: 'k',
      label: t('keys.previous'),
      group: t('keys.group'),
      always: true,
      run: () => go(previous),
    },
  ]);
  return (
    <Group gap={4} wrap="nowrap">
      <ActionIcon
        aria-label={t('keys.previous')}
        title={`${t('keys.previous')} (K)`}
        disabled={!previous}
        onClick={() => go(previous)}
      >
        <IconChevronUp size={16} />
      </ActionIcon>
      <ActionIcon
        aria-label={t('keys.next')}
        title={`${t('keys.next')} (J)`}
        disabled={!next}
        onClick={() => go(next)}
      >
        <IconChevronDown size={16} />
      </ActionIcon>
      <Text size="sm" c="dimmed" className="tw-number">
        {index >= 0 && t('place', { position: index + 1, count: ids.length })}
      </Text>
    </Group>
  );
}

/** The panel beside the list: one lead after the other without leaving it. */
export function LeadPeek({ leadId, ids, onPeek, onClose }: LeadPeekProps) {
  const { t } = useTranslation('leads');
  return (
    <Drawer
      opened={leadId !== undefined}
      onClose={onClose}
      size={480}
      overlayProps={{ backgroundOpacity: 0.2 }}
      title={t('peek')}
    >
      {leadId && (
        <Stack gap="md">
          <Group justify="space-between" wrap="nowrap">
            <LinkAnchor to={`/leads/${leadId}` as never}>{t('openFull')}</LinkAnchor>
            <Leaf leadId={leadId} ids={ids} onPeek={onPeek} />
          </Group>
          <Glance key={leadId} leadId={leadId} />
        </Stack>
      )}
    </Drawer>
  );
}
