import { useTranslation } from 'react-i18next';
import { OnboardingChecklist } from '@/components/onboarding-checklist';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';

export function GetStartedPage() {
  const { t } = useTranslation('onboarding');
  return (
    <Page layout="form">
      <PageHeader title={t('title')} description={t('text')} />
      <OnboardingChecklist />
    </Page>
  );
}
