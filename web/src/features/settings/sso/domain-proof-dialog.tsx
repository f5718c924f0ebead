import { Alert, Button, Divider, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { useMe } from '@/app/session';
import { toastSuccess } from '@/components/toasts';
import { Copyable } from '../copyable';
import { changeSso, type Domain } from './queries';

type Proof = 'dns' | 'administrator';

/** Shows the DNS record and looks for it; or takes the word of an administrator at that domain. */
export function DomainProofDialog({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const { t } = useTranslation('settings/sso');
  const { user } = useMe();
  const [busy, setBusy] = useState<Proof>();
  const [problem, setProblem] = useState<string>();
  const prove = async (proof: Proof) => {
    setBusy(proof);
    setProblem(undefined);
    try {
      await changeSso('post', `/domains/${domain.id}/proof`, { proof });
      toastSuccess(t('domain.proven', { name: domain.domain }));
      onClose();
    } catch (reason) {
      setProblem(toApiError(reason).message);
    }
    setBusy(undefined);
  };
  const isMine = user.email.toLowerCase().endsWith(`@${domain.domain}`);
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={t('domain.proveTitle', { name: domain.domain })}
    >
      <Stack gap="md">
        {problem && (
          <Alert color="red" role="alert" style={{ overflowWrap: 'anywhere' }}>
            {problem}
          </Alert>
        )}
        <Text size="sm">{t('domain.dnsText')}</Text>
        <Copyable label={t('domain.recordName')} text={domain.record_name} />
        <Copyable label={t('domain.recordValue')} text={domain.record_value} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('domain.later')}
          </Button>
          <Button loading={busy === 'dns'} onClick={() => void prove('dns')}>
            {t('domain.checkDns')}
          </Button>
        </Group>
        {isMine && !domain.proof && (
          <>
            <Divider label={t('domain.or')} />
            <Text size="sm">{t('domain.adminText', { email: user.email })}</Text>
            <Group justify="flex-end">
              <Button
                variant="default"
                loading={busy === 'administrator'}
                onClick={() => void prove('administrator')}
              >
                {t('domain.byMe')}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
