import { Accordion, Alert, Anchor, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatDateTime } from '@/app/format';
import { IconInfoCircle, IconMail, IconPaperclip } from '@/app/icons';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { mailQuery } from './queries';
import classes from './settings.module.css';

/** Mails come a moment after what asks for them; people wait for them here. */
const REFRESH_MS = 5000;

/** Mails that were kept here because no mail server is connected. */
export function MailPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery({ ...mailQuery(), refetchInterval: REFRESH_MS });
  return (
    <Page layout="form">
      <PageHeader title={t('mail.title')} />
      <Alert icon={<IconInfoCircle size={16} />} color="blue" title={t('mail.local')}>
        {t('mail.localText')}
      </Alert>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines />}
      {data?.items.length === 0 && (
        <EmptyState icon={IconMail} title={t('mail.empty')}>
          {t('mail.emptyText')}
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <Accordion variant="separated">
          {data.items.map((mail) => (
            <Accordion.Item key={mail.id} value={mail.id}>
              <Accordion.Control>
                <Text size="sm" fw={500}>
                  {mail.subject}
                </Text>
                <Group gap="xs">
                  <Text size="xs" c="dimmed">
                    {t('mail.to', { email: mail.to_email, when: formatDateTime(mail.created_at) })}
                  </Text>
                </Group>
              </Accordion.Control>
              <Accordion.Panel>
                <Text size="sm" className={classes.mail}>
                  {mail.body}
                </Text>
                {mail.secret_hidden && (
                  <Text size="xs" c="dimmed" mt="sm">
                    {t('mail.hidden')}
                  </Text>
                )}
                <Group gap="md" mt="sm">
                  {mail.link && (
                    <Anchor href={mail.link} size="sm">
                      {t('mail.open')}
                    </Anchor>
                  )}
                  {mail.attachments.map((file) => (
                    <Anchor
                      key={file.id}
                      href={`/api/v1/mail-sink/${mail.id}/attachments/${file.id}`}
                      download={file.name}
                      size="sm"
                    >
                      <Group component="span" gap={4} wrap="nowrap">
                        <IconPaperclip size={14} aria-hidden />
                        {t('mail.attachment', { name: file.name, size: formatBytes(file.size) })}
                      </Group>
                    </Anchor>
                  ))}
                </Group>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
    </Page>
  );
}
