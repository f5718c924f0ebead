import { useTranslation } from 'react-i18next';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';

/** Sources and documents. */
export function LibraryPage() {
  const { t } = useTranslation('knowledge');
  return (
    <Page>
      <PageHeader title={t('title')} description={t('text')} />
    </Page>
  );
}
