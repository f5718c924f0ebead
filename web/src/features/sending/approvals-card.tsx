import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber } from '@/app/format';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { type Approval, approvalsQuery, change } from './queries';
import classes from './sending.module.css';

function Waiting({ approval }: { approval: Approval }) {
  const { t } = useTranslation('sending');
  const mayApprove = useMay('sending:approve');
  const [busy, setBusy] = useState<string>();
  const decide = async (verb: 'approve' | 'refuse') => {
    setBusy(verb);
    try {
      await change('post', `/approvals/${approval.id}/${verb}`, { body: {} });
      toastSuccess(t(`approval.${verb}d`));
    } catch (reason) {
      toastError(t('approval.failed'), reason);
    }
    setBusy(undefined);
  };
  return (
    <li className={classes.row}>
      <Stack gap={2} className={classes.main}>
        <Group gap="xs">
          {approval.subject_kind === 'journey' ? (
            <LinkAnchor to={`/journeys/${approval.subject_id}` as never} fw={500} size="sm">
              {t('approval.journey')}
            </LinkAnchor>
          ) : (
            <Text size="sm" fw={500}>
              {t('approval.campaign')}
            </Text>
          )}
          <Badge color={approval.tier === 'high' ? 'red' : 'yellow'}>
            {t(`approval.tier.${approval.tier}`)}
          </Badge>
        </Group>
        <Text size="sm">{approval.reasons.map((reason) => reason.text).join(' ')}</Text>
        <Text size="xs" c="dimmed">
          {t('approval.facts', {
            waiting: formatNumber(approval.waiting),
            audience: formatNumber(approval.audience_size),
            when: formatDateTime(approval.requested_at),
          })}
        </Text>
      </Stack>
      {mayApprove && (
        <Group gap="xs" wrap="nowrap">
          <Button
            variant="default"
            loading={busy === 'refuse'}
            onClick={() => void decide('refuse')}
          >
            {t('approval.refuse')}
          </Button>
          <Button loading={busy === 'approve'} onClick={() => void decide('approve')}>
            {t('approval.approve')}
          </Button>
        </Group>
      )}
    </li>
  );
}

/** Campaigns and journeys whose messages wait for a person; nothing where none does. */
export function ApprovalsCard() {
  const { t } = useTranslation('sending');
  const { data } = useQuery(approvalsQuery());
  if (!data?.items.length) return null;
  return (
    <SettingsCard title={t('approval.title')} description={t('approval.text')}>
      <ul className={classes.rows}>
        {data.items.map((approval) => (
          <Waiting key={approval.id} approval={approval} />
        ))}
      </ul>
    </SettingsCard>
  );
}
