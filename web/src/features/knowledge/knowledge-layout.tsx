import { useTranslation } from 'react-i18next';
import { SectionTabs } from '@/components/section-tabs';
import { TABS } from './tabs';

/** The row of tabs above the pages of knowledge. */
export function KnowledgeLayout() {
  const { t } = useTranslation('knowledge');
  const tabs = TABS.map(({ to, label }) => ({ to, label: t(label) }));
  return <SectionTabs label={t('title')} tabs={tabs} />;
}
