import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AgentSummary } from './queries';

/** Whether the agent talks to visitors, and which version does. */
export function StateBadge({ agent }: { agent: Pick<AgentSummary, 'active' | 'published'> }) {
  const { t } = useTranslation('agents');
  if (agent.published === null) return <Badge color="gray">{t('state.draft')}</Badge>;
  if (!agent.active) return <Badge color="yellow">{t('state.paused')}</Badge>;
  return <Badge color="green">{t('state.talks', { number: agent.published })}</Badge>;
}
