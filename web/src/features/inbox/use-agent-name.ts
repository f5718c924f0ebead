import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/app/permissions';
import { agentsQuery } from './queries';

/** The name of the agent that leads or led a conversation, as far as the person may see it. */
export function useAgentName(id: string | null): string {
  const { t } = useTranslation('inbox');
  const agents = useQuery({ ...agentsQuery(), enabled: useMay('agents:read') }).data;
  return agents?.find((agent) => agent.id === id)?.name ?? t('agent');
}
