import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatRelative } from '@/app/format';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from '../settings.module.css';
import { changeSso, linksQuery } from './queries';

/** Who has which identity at the provider; a link can be forgotten, so that the next sign-in decides anew. */
export function LinkedPeople({ connectionId }: { connectionId: string }) {
  const { t } = useTranslation('settings/sso');
  const { data, error, refetch } = useQuery(linksQuery(connectionId));
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={3} />;
  if (data.items.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('noLinks')}
      </Text>
    );
  }
  const unlink = async (id: string, name: string) => {
    const sure = await askConfirm({
      title: t('unlinkTitle', { name }),
      message: t('unlinkText'),
      confirm: t('unlink'),
    });
    if (!sure) return;
    try {
      await changeSso('delete', `/connections/${connectionId}/links/${id}`);
      toastSuccess(t('unlinked', { name }));
    } catch (reason) {
      toastError(t('notUnlinked', { name }), reason);
    }
  };
  return (
    <ul className={classes.rows}>
      {data.items.map((link) => (
        <li key={link.id} className={classes.row}>
          <div className={classes.main}>
            <Text size="sm" fw={500}>
              {link.name}
            </Text>
            <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {t('linkFacts', {
                email: link.email,
                subject: link.subject,
                when: formatRelative(link.last_used_at),
              })}
            </Text>
          </div>
          <Button
            variant="subtle"
            color="red"
            size="compact-sm"
            aria-label={t('unlinkNamed', { name: link.name })}
            onClick={() => void unlink(link.id, link.name)}
          >
            {t('unlink')}
          </Button>
        </li>
      ))}
    </ul>
  );
}
