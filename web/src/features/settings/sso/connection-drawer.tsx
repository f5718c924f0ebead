import {
  Alert,
  Button,
  Drawer,
  Group,
  List,
  Stack,
  Text,
  Title,
  VisuallyHidden,
} from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate } from '@/app/format';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@/app/icons';
import { toastError } from '@/components/toasts';
import { Copyable } from '../copyable';
import { AttemptsList } from './attempts-list';
import { LinkedPeople } from './linked-people';
import { type Connection, checkConnection, type Finding, startTest } from './queries';

const MARKS = {
  ok: <IconCircleCheck size={16} color="var(--mantine-color-green-text)" />,
  warning: <IconAlertTriangle size={16} color="var(--mantine-color-yellow-text)" />,
  error: <IconCircleX size={16} color="var(--mantine-color-red-text)" />,
};

function Findings({ findings }: { findings: Finding[] }) {
  const { t } = useTranslation('settings/sso');
  return (
    <List size="sm" spacing="xs" center={false} aria-live="polite">
      {findings.map(({ level, text }) => (
        <List.Item key={text} icon={MARKS[level]} style={{ overflowWrap: 'anywhere' }}>
          <VisuallyHidden>{t(`level.${level}`)}</VisuallyHidden> {text}
        </List.Item>
      ))}
    </List>
  );
}

function Trial({ connection }: { connection: Connection }) {
  const { t } = useTranslation('settings/sso');
  const [findings, setFindings] = useState<Finding[]>();
  const [busy, setBusy] = useState<'check' | 'test'>();
  const check = async () => {
    setBusy('check');
    try {
      setFindings((await checkConnection(connection.id)).findings);
    } catch (reason) {
      toastError(t('notChecked'), reason);
    }
    setBusy(undefined);
  };
  const test = async () => {
    setBusy('test');
    try {
      window.location.assign((await startTest(connection.id)).url);
    } catch (reason) {
      toastError(t('notTested'), reason);
      setBusy(undefined);
    }
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('trialText')}
      </Text>
      <Group gap="xs">
        <Button variant="default" loading={busy === 'check'} onClick={() => void check()}>
          {t('check')}
        </Button>
        <Button variant="default" loading={busy === 'test'} onClick={() => void test()}>
          {t('test')}
        </Button>
      </Group>
      {findings && <Findings findings={findings} />}
    </Stack>
  );
}

function Facts({ connection }: { connection: Connection }) {
  const { t } = useTranslation('settings/sso');
  const { ours, saml } = connection;
  return (
    <Stack gap="sm">
      {ours.redirect_uri && <Copyable label={t('redirectUri')} text={ours.redirect_uri} />}
      {ours.entity_id && <Copyable label={t('entityId')} text={ours.entity_id} />}
      {ours.acs_url && <Copyable label={t('acsUrl')} text={ours.acs_url} />}
      {ours.logged_out_uri && <Copyable label={t('loggedOutUri')} text={ours.logged_out_uri} />}
      {ours.back_channel_uri && (
        <Copyable label={t('backChannelUri')} text={ours.back_channel_uri} />
      )}
      {ours.slo_url && <Copyable label={t('sloUrl')} text={ours.slo_url} />}
      <Copyable
        label={t('signInLink')}
        text={`${window.location.origin}${connection.sign_in_path}`}
      />
      {saml?.certificates.map((certificate) => (
        <Text
          key={certificate.fingerprint}
          size="xs"
          c="dimmed"
          style={{ overflowWrap: 'anywhere' }}
        >
          {t('certificate', {
            subject: certificate.subject,
            date: formatDate(certificate.expires_at),
            fingerprint: certificate.fingerprint.slice(0, 16),
          })}
        </Text>
      ))}
      {saml?.our_certificate && (
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {t('ourKey', {
            date: formatDate(saml.our_certificate.expires_at),
            fingerprint: saml.our_certificate.fingerprint.slice(0, 16),
          })}
        </Text>
      )}
    </Stack>
  );
}

interface ConnectionDrawerProps {
  connection: Connection | undefined;
  /** The attempt to show first: the result of a test just made. */
  attempt: string | undefined;
  onClose: () => void;
}

/** What to enter at the provider, how to try it, who came through, and who failed and why. */
export function ConnectionDrawer({ connection, attempt, onClose }: ConnectionDrawerProps) {
  const { t } = useTranslation('settings/sso');
  return (
    <Drawer
      opened={connection !== undefined}
      onClose={onClose}
      size={560}
      title={<Text fw={600}>{connection?.name}</Text>}
    >
      {connection && (
        <Stack gap="xl">
          {!connection.enabled && (
            <Alert color="yellow" icon={<IconAlertTriangle size={16} />}>
              {t('offText')}
            </Alert>
          )}
          <section>
            <Title order={2} size="h4" mb="xs">
              {t('atProvider')}
            </Title>
            <Facts connection={connection} />
          </section>
          <section>
            <Title order={2} size="h4" mb="xs">
              {t('trial')}
            </Title>
            <Trial key={connection.id} connection={connection} />
          </section>
          <section>
            <Title order={2} size="h4" mb="xs">
              {t('attempts')}
            </Title>
            <AttemptsList connectionId={connection.id} first={attempt} />
          </section>
          <section>
            <Title order={2} size="h4" mb="xs">
              {t('linked')}
            </Title>
            <LinkedPeople connectionId={connection.id} />
          </section>
        </Stack>
      )}
    </Drawer>
  );
}
