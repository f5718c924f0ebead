import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { leadName } from '@/app/lead-name';
import { LinkAnchor } from '@/components/link-anchor';
import { ScoreBadge } from '@/components/score-badge';
import type { LeadRow } from './queries';
import { StatusMenu } from './status-menu';

/** A lead on a narrow screen. */
export function LeadCard({ lead }: { lead: LeadRow }) {
  const { t } = useTranslation('leads');
  return (
    <Stack gap={4}>
      <Group justify="space-between" wrap="nowrap">
        <LinkAnchor c="inherit" fw={500} to={`/leads/${lead.id}` as never} className="tw-truncate">
          {leadName(lead, t('unnamed'))}
        </LinkAnchor>
        <StatusMenu lead={lead} />
      </Group>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" c="dimmed" className="tw-truncate">
          {lead.company_name ?? lead.email}
        </Text>
        <ScoreBadge score={lead.score} band={lead.score_band} compact />
      </Group>
    </Stack>
  );
}
