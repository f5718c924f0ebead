import { useTranslation } from 'react-i18next';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { PurposesCard } from './purposes-card';
import { SuppressionsCard } from './suppressions-card';

/** What people may be sent: purposes with what they take, and who gets nothing. */
export function PrivacyPage() {
  const { t } = useTranslation('privacy');
  return (
    <Page layout="wide">
      <PageHeader title={t('title')} description={t('description')} />
      <PurposesCard />
      <SuppressionsCard />
    </Page>
  );
}
