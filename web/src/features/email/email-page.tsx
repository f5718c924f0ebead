import { useTranslation } from 'react-i18next';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { DomainsCard } from './domains-card';
import { MailboxesCard } from './mailboxes-card';
import { SendersCard } from './senders-card';

/** How mails leave, who vouches for them, and where answers and bounces come in. */
export function EmailPage() {
  const { t } = useTranslation('email');
  return (
    <Page layout="wide">
      <PageHeader title={t('title')} description={t('description')} />
      <SendersCard />
      <DomainsCard />
      <MailboxesCard />
    </Page>
  );
}
