import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { CannedCard } from './canned-card';
import { HoursEditor } from './hours-editor';
import { QueuesCard } from './queues-card';

/** Who answers, when, how fast, and with which ready words. */
export function InboxSettingsPage() {
  const { t } = useTranslation('inbox/settings');
  const mayManage = useMay('conversations:manage');
  return (
    <Page>
      <PageHeader title={t('title')} description={t('text')} />
      <Stack gap="md">
        <QueuesCard mayManage={mayManage} />
        <HoursEditor mayManage={mayManage} />
        <CannedCard mayManage={mayManage} />
      </Stack>
    </Page>
  );
}
