import { useTranslation } from 'react-i18next';
import { SectionTabs } from '@/components/section-tabs';

const TABS = [
  { to: '/agents', label: 'tabs.agents' },
  { to: '/agents/flows', label: 'tabs.flows' },
  { to: '/agents/widgets', label: 'tabs.widgets' },
  { to: '/agents/simulations', label: 'tabs.simulations' },
] as const;

/** The row of tabs above the pages of agents. */
export function AgentsLayout() {
  const { t } = useTranslation('agents');
  const tabs = TABS.map(({ to, label }) => ({ to, label: t(label) }));
  return <SectionTabs label={t('title')} tabs={tabs} />;
}
