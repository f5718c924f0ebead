import { useTranslation } from 'react-i18next';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { AlertsCard } from './alerts-card';
import { LocksCard } from './locks-card';
import { RulesCard } from './rules-card';

/** What looks wrong about accounts and keys, and what is looked for. */
export function MonitoringPage() {
  const { t } = useTranslation('settings/monitoring');
  return (
    <Page layout="form">
      <PageHeader title={t('title')} description={t('text')} />
      <AlertsCard show="open" />
      <LocksCard />
      <RulesCard />
      <AlertsCard show="closed" />
    </Page>
  );
}
