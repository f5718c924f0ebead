import {
  ActionIcon,
  Badge,
  Button,
  Group,
  Menu,
  Progress,
  Stack,
  Table,
  Text,
} from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent, formatRelative } from '@/app/format';
import { IconDots, IconLock, IconLockOpen, IconPencil, IconTrash } from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { LinkAnchor } from '@/components/link-anchor';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { changeBudget, type Decision, type Member, type Pool, usd } from './queries';

const RUNNING = new Set(['scheduled', 'live', 'paused']);
const COLOURS = { on: 'green', shadow: 'blue', off: 'gray' } as const;

interface PoolCardProps {
  pool: Pool;
  mayMove: boolean;
  onEdit: () => void;
  onDecisions: () => void;
}

async function remove(pool: Pool, t: ReturnType<typeof useTranslation<'budgets'>>['t']) {
  const { name } = pool;
  const sure = await askConfirm({
    title: t('remove.title', { name }),
    message: t('remove.text', { name }),
    confirm: t('remove.do'),
  });
  if (!sure) return;
  try {
    await changeBudget('delete', `/${pool.id}`, { version: pool.version });
    toastSuccess(t('remove.done', { name }));
  } catch (reason) {
    toastError(t('remove.failed', { name }), reason);
  }
}

async function lock(pool: Pool, { campaign_id, locked }: Member) {
  const members = pool.members.map((one) => ({
    campaign_id: one.campaign_id,
    min_share: one.min_share,
    max_share: one.max_share,
    locked: one.campaign_id === campaign_id ? !locked : one.locked,
  }));
  await changeBudget('patch', `/${pool.id}`, { body: { members }, version: pool.version });
}

function MemberRow({
  pool,
  member,
  mayMove,
}: Pick<PoolCardProps, 'pool' | 'mayMove'> & { member: Member }) {
  const { t } = useTranslation('budgets');
  const { name, locked, share, min_share, max_share } = member;
  const used = member.allotted_microusd > 0 ? member.spent_microusd / member.allotted_microusd : 0;
  return (
    <Table.Tr>
      <Table.Td>
        <LinkAnchor to={`/campaigns/${member.campaign_id}` as never} c="inherit" fw={500}>
          {name}
        </LinkAnchor>
        {!RUNNING.has(member.state) && (
          <Text size="xs" c="dimmed">
            {t('notRunning')}
          </Text>
        )}
      </Table.Td>
      <Table.Td miw={150}>
        <Group gap="xs" wrap="nowrap">
          <Progress
            flex={1}
            value={share * 100}
            aria-label={t('shareOf', { name, share: formatPercent(share) })}
          />
          <span className="tw-number">{formatPercent(share)}</span>
        </Group>
        {(min_share > 0 || max_share < 1) && (
          <Text size="xs" c="dimmed">
            {t('limits', { min: formatPercent(min_share), max: formatPercent(max_share) })}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="end" className="tw-number">
        {usd(member.allotted_microusd)}
        <Text size="xs" c={used >= 1 ? 'red' : 'dimmed'}>
          {t('spent', { amount: usd(member.spent_microusd) })}
        </Text>
      </Table.Td>
      <Table.Td ta="end" className="tw-number">
        {formatNumber(member.goals)}
        <Text size="xs" c="dimmed">
          {t('forMoney', { amount: usd(member.cost_microusd) })}
        </Text>
      </Table.Td>
      <Table.Td ta="end">
        {mayMove ? (
          <ActionIcon
            aria-label={t(locked ? 'unlock' : 'lock', { name })}
            aria-pressed={locked}
            {...(locked ? { variant: 'light' } : {})}
            onClick={() =>
              void lock(pool, member).catch((reason) => toastError(t('notLocked'), reason))
            }
          >
            {locked ? <IconLock size={16} /> : <IconLockOpen size={16} />}
          </ActionIcon>
        ) : (
          locked && <Badge color="gray">{t('locked')}</Badge>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Last({ decision }: { decision: Decision }) {
  const { t } = useTranslation('budgets');
  const told =
    decision.moved && decision.mode === 'shadow' ? t('code.would') : t(`code.${decision.code}`);
  return (
    <Text size="sm">
      <Badge color={decision.moved ? 'blue' : 'gray'} mr="xs">
        {told}
      </Badge>
      {t(`reason.${decision.code}`)}{' '}
      <Text span size="xs" c="dimmed">
        {formatRelative(decision.decided_at)}
      </Text>
    </Text>
  );
}

/** A shared budget: what each campaign may spend, has spent and brought, and what was decided last. */
export function PoolCard({ pool, mayMove, onEdit, onDecisions }: PoolCardProps) {
  const { t } = useTranslation('budgets');
  const [busy, setBusy] = useState(false);
  const decide = async () => {
    setBusy(true);
    try {
      await changeBudget<Decision>('post', `/${pool.id}/decisions`);
      onDecisions();
    } catch (reason) {
      toastError(t('decide.failed'), reason);
    }
    setBusy(false);
  };
  const used = pool.spent_microusd / pool.amount_microusd;
  return (
    <SettingsCard title={pool.name}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Badge color={COLOURS[pool.mode]}>{t(`mode.${pool.mode}`)}</Badge>
          <Text size="sm" className="tw-number">
            {t('ofPool', {
              spent: usd(pool.spent_microusd),
              amount: usd(pool.amount_microusd),
              period: t(`per.${pool.period}`).toLowerCase(),
            })}
          </Text>
        </Group>
        <Group gap="xs">
          <Button variant="default" size="xs" onClick={onDecisions}>
            {t('decisions.open')}
          </Button>
          {mayMove && (
            <Menu>
              <Menu.Target>
                <ActionIcon aria-label={t('more', { name: pool.name })}>
                  <IconDots size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
                  {t('edit')}
                </Menu.Item>
                <Menu.Item
                  color="red"
                  leftSection={<IconTrash size={16} />}
                  onClick={() => void remove(pool, t)}
                >
                  {t('remove.do')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      </Group>
      <Progress
        value={Math.min(1, used) * 100}
        color={used >= 1 ? 'red' : 'blue'}
        aria-label={t('usedOf', { name: pool.name, share: formatPercent(used) })}
      />
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('campaign')}</Table.Th>
              <Table.Th>{t('share')}</Table.Th>
              <Table.Th ta="end">{t('maySpend')}</Table.Th>
              <Table.Th ta="end">{t('goals')}</Table.Th>
              <Table.Th>
                <span className="tw-hidden">{t('locked')}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pool.members.map((member) => (
              <MemberRow key={member.campaign_id} pool={pool} member={member} mayMove={mayMove} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {pool.currencies_left_out.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('leftOut', { currencies: pool.currencies_left_out.join(', ') })}
        </Text>
      )}
      <Group justify="space-between" gap="xs">
        <Stack gap={0} flex={1}>
          {pool.last_decision ? (
            <Last decision={pool.last_decision} />
          ) : (
            <Text size="sm" c="dimmed">
              {t(pool.mode === 'off' ? 'reason.off' : 'reason.none')}
            </Text>
          )}
        </Stack>
        {mayMove && pool.mode !== 'off' && (
          <Button variant="default" size="xs" loading={busy} onClick={() => void decide()}>
            {t('decide.do')}
          </Button>
        )}
      </Group>
    </SettingsCard>
  );
}
