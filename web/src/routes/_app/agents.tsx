import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconRobot } from '@/app/icons';
import { AgentsLayout } from '@/features/agents/agents-layout';

export const Route = createFileRoute('/_app/agents')({
  staticData: {
    nav: { label: 'nav.agents', icon: IconRobot, order: 310, go: 'a' },
    crumb: 'nav.agents',
    permission: 'agents:read',
  },
  loader: () => loadTexts('agents'),
  component: AgentsLayout,
});
