import { Stack } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { PageTabs } from '@/components/page-tabs';
import { ArrivalsTab } from './arrivals-tab';
import { DeliveriesTab } from './deliveries-tab';
import { DomainsCard } from './domains-card';
import { MailboxesCard } from './mailboxes-card';
import { TABS, type Tab } from './search';
import { SendersCard } from './senders-card';

const route = getRouteApi('/_app/settings/email');

/** How mails leave, who vouches for them, what became of them, and what came in. */
export function EmailPage() {
  const { t } = useTranslation('email');
  const { tab = 'setup' } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (next: Tab) =>
    void navigate({ search: next === 'setup' ? {} : { tab: next }, replace: true });
  return (
    <Page layout="wide">
      <PageHeader title={t('title')} description={t('description')} />
      <PageTabs
        tabs={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
        value={tab}
        onChange={show}
      >
        <Stack gap="md">
          {tab === 'deliveries' && <DeliveriesTab />}
          {tab === 'arrivals' && <ArrivalsTab />}
          {tab === 'setup' && (
            <>
              <SendersCard />
              <DomainsCard />
              <MailboxesCard />
            </>
          )}
        </Stack>
      </PageTabs>
    </Page>
  );
}
