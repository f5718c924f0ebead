import { Badge, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconTrash } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { PolicyDialog } from './policy-dialog';
import { policyWords } from './policy-words';
import { change, type Mode, type Policy } from './queries';
import classes from './sending.module.css';

const MODES: readonly Mode[] = ['enforce', 'shadow', 'off'];

function Line({ policy, onEdit }: { policy: Policy; onEdit: () => void }) {
  const { t } = useTranslation('sending');
  const mayManage = useMay('sending:manage');
  const [mode, setMode] = useState<Mode>();
  const turn = async (next: Mode) => {
    setMode(next);
    const { name, settings, version } = policy;
    try {
      await change('put', `/policies/${policy.key}`, {
        body: { name, settings, mode: next },
        version,
      });
    } catch (reason) {
      toastError(t('policy.notSaved', { name }), reason);
    }
    setMode(undefined);
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('policy.remove'),
      message: t('policy.removeText', { name: policy.name }),
      confirm: t('policy.remove'),
    });
    if (!sure) return;
    try {
      await change('delete', `/policies/${policy.key}`);
      toastSuccess(t('policy.removed'));
    } catch (reason) {
      toastError(t('policy.notSaved', { name: policy.name }), reason);
    }
  };
  return (
    <li className={classes.row}>
      <Stack gap={2} className={classes.main}>
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {policy.name}
          </Text>
          {policy.built_in && <Badge color="gray">{t('policy.builtIn')}</Badge>}
        </Group>
        <Text size="sm" c="dimmed">
          {policyWords(t, policy.settings)}
        </Text>
      </Stack>
      <Group gap="xs" wrap="nowrap">
        {mayManage && policy.rule !== 'call_hours' && (
          <Button
            variant="subtle"
            aria-label={t('policy.editNamed', { name: policy.name })}
            onClick={onEdit}
          >
            {t('policy.edit')}
          </Button>
        )}
        {mayManage && !policy.built_in && (
          <Button
            variant="subtle"
            color="red"
            px="xs"
            aria-label={t('policy.removeNamed', { name: policy.name })}
            onClick={() => void remove()}
          >
            <IconTrash size={16} />
          </Button>
        )}
        <Select
          aria-label={t('policy.modeOf', { name: policy.name })}
          w={130}
          disabled={!mayManage || mode !== undefined}
          allowDeselect={false}
          data={MODES.map((value) => ({ value, label: t(`mode.${value}`) }))}
          value={mode ?? policy.mode}
          onChange={(next) => next && next !== policy.mode && void turn(next as Mode)}
        />
      </Group>
    </li>
  );
}

/** All guardrails, each with what it demands and whether it holds. */
export function PoliciesCard({
  policies,
  channels,
}: {
  policies: readonly Policy[];
  channels: readonly string[];
}) {
  const { t } = useTranslation('sending');
  const mayManage = useMay('sending:manage');
  const [edited, setEdited] = useState<Policy | 'new'>();
  return (
    <SettingsCard
      title={t('policy.title')}
      description={t('policy.text')}
      action={
        mayManage && (
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => setEdited('new')}
          >
            {t('policy.new')}
          </Button>
        )
      }
    >
      <ul className={classes.rows}>
        {policies.map((policy) => (
          <Line key={policy.key} policy={policy} onEdit={() => setEdited(policy)} />
        ))}
      </ul>
      {edited && (
        <PolicyDialog
          policy={edited === 'new' ? undefined : edited}
          channels={channels}
          onClose={() => setEdited(undefined)}
        />
      )}
    </SettingsCard>
  );
}
