import { Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { IconCheck, IconCopy } from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './chat-widgets.module.css';
import { type IdentitySecret, WIDGETS, type Widget } from './queries';

const GRACE_HOURS = 24;
const EXAMPLE = `tradewindChat.push(['identify', {
  id: 'ada@example.com',
  signature: '…', // hex HMAC-SHA256 of the id, made by your server
}]);`;

/** The secret with which the site's server says who a visitor is. */
export function IdentityCard({ widget }: { widget: Widget }) {
  const { t } = useTranslation('chat-widgets');
  const [secret, setSecret] = useState<string | null>(null);
  const path = `${WIDGETS}/${widget.id}/identity-secret`;
  const show = async () => {
    try {
      setSecret((await request<IdentitySecret>('get', path)).secret);
    } catch (reason) {
      toastError(t('identity.notShown'), reason);
    }
  };
  const rotate = async () => {
    const sure = await askConfirm({
      title: t('identity.rotate'),
      message: t('identity.rotateText', { count: GRACE_HOURS }),
      confirm: t('identity.rotate'),
    });
    if (!sure) return;
    try {
      const body = { grace_hours: GRACE_HOURS };
      setSecret((await request<IdentitySecret>('post', `${path}/rotations`, { body })).secret);
      toastSuccess(t('identity.rotated'));
      await invalidatePaths(WIDGETS);
    } catch (reason) {
      toastError(t('identity.notRotated'), reason);
    }
  };
  return (
    <SettingsCard title={t('identity.title')} description={t('identity.text')}>
      <Code block className={classes.code}>
        {EXAMPLE}
      </Code>
      {secret !== null && (
        <Group gap="xs" wrap="nowrap">
          <Code className={classes.secret} data-secret>
            {secret}
          </Code>
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                miw="max-content"
                leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                onClick={copy}
              >
                {t(copied ? 'install.copied' : 'identity.copy')}
              </Button>
            )}
          </CopyButton>
        </Group>
      )}
      {widget.previous_secret_until !== null && (
        <Text size="sm" c="dimmed">
          {t('identity.both', { when: formatDateTime(widget.previous_secret_until) })}
        </Text>
      )}
      <Group gap="xs">
        {secret === null && (
          <Button variant="default" onClick={() => void show()}>
            {t('identity.show')}
          </Button>
        )}
        <Button variant="default" onClick={() => void rotate()}>
          {t('identity.rotate')}
        </Button>
      </Group>
    </SettingsCard>
  );
}
