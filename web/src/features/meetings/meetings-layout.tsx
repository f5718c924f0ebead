import { useTranslation } from 'react-i18next';
import { SectionTabs } from '@/components/section-tabs';

const TABS = [
  { to: '/meetings', label: 'tabs.meetings' },
  { to: '/meetings/event-types', label: 'tabs.eventTypes' },
  { to: '/meetings/routing-forms', label: 'tabs.routingForms' },
  { to: '/meetings/availability', label: 'tabs.availability' },
] as const;

/** The row of tabs above the pages of meetings. */
export function MeetingsLayout() {
  const { t } = useTranslation('meetings');
  const tabs = TABS.map(({ to, label }) => ({ to, label: t(label) }));
  return <SectionTabs label={t('title')} tabs={tabs} />;
}
