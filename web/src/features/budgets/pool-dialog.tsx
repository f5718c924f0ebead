import {
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { campaignsQuery, changeBudget, type Pool, toDollars, toMicro } from './queries';

const MODES = ['shadow', 'on', 'off'] as const;
const PERIODS = ['month', 'day'] as const;
const MOST = 50;

interface Limits {
  campaign_id: string;
  min_share: number;
  max_share: number;
  locked: boolean;
}

const percent = (share: number) => Math.round(share * 100);

function LimitsTable({
  members,
  names,
  onChange,
}: {
  members: Limits[];
  names: Map<string, string>;
  onChange: (members: Limits[]) => void;
}) {
  const { t } = useTranslation('budgets');
  const set = (id: string, change: Partial<Limits>) =>
    onChange(members.map((one) => (one.campaign_id === id ? { ...one, ...change } : one)));
  const field = (one: Limits, name: 'min_share' | 'max_share') => (
    <NumberInput
      aria-label={t(`dialog.${name}Of`, { name: names.get(one.campaign_id) ?? '' })}
      w={96}
      min={0}
      max={100}
      suffix=" %"
      allowDecimal={false}
      value={percent(one[name])}
      onChange={(share) =>
        typeof share === 'number' && set(one.campaign_id, { [name]: share / 100 })
      }
    />
  );
  return (
    <Table verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('campaign')}</Table.Th>
          <Table.Th>{t('dialog.min_share')}</Table.Th>
          <Table.Th>{t('dialog.max_share')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {members.map((one) => (
          <Table.Tr key={one.campaign_id}>
            <Table.Td>{names.get(one.campaign_id) ?? '…'}</Table.Td>
            <Table.Td>{field(one, 'min_share')}</Table.Td>
            <Table.Td>{field(one, 'max_share')}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** What campaigns share, which ones, and within which limits. */
export function PoolDialog({ pool, onClose }: { pool?: Pool; onClose: () => void }) {
  const { t } = useTranslation('budgets');
  const { data: campaigns = [] } = useQuery(campaignsQuery());
  const names = new Map(campaigns.map(({ id, name }) => [id, name]));
  for (const { campaign_id, name } of pool?.members ?? []) names.set(campaign_id, name);
  const form = useForm({
    initialValues: {
      name: pool?.name ?? '',
      amount_microusd: (pool ? toDollars(pool.amount_microusd) : '') as number | '',
      period: pool?.period ?? ('month' as Pool['period']),
      mode: pool?.mode ?? ('shadow' as Pool['mode']),
      floor: percent(pool?.floor ?? 0.1) as number | '',
      members: (pool?.members ?? []).map(({ campaign_id, min_share, max_share, locked }) => ({
        campaign_id,
        min_share,
        max_share,
        locked,
      })) as Limits[],
    },
    validate: {
      name: (value) => (value.trim() ? null : t('dialog.nameMissing')),
      amount_microusd: (value) => (Number(value) > 0 ? null : t('dialog.amountMissing')),
      members: (value) => {
        if (value.length < 2) return t('dialog.membersMissing');
        const least = value.reduce((sum, one) => sum + one.min_share, 0);
        return least > 1.0001 ? t('dialog.tooMuch') : null;
      },
    },
  });
  const { members } = form.values;
  const choose = (ids: string[]) =>
    form.setFieldValue(
      'members',
      ids.map(
        (id) =>
          members.find(({ campaign_id }) => campaign_id === id) ?? {
            campaign_id: id,
            min_share: 0,
            max_share: 1,
            locked: false,
          },
      ),
    );
  return (
    <FormDialog
      title={pool ? t('dialog.edit', { name: pool.name }) : t('add')}
      size="lg"
      form={form}
      submit={t('dialog.save')}
      onClose={onClose}
      onSubmit={async (values) => {
        const body = {
          ...values,
          amount_microusd: toMicro(Number(values.amount_microusd)),
          floor: Number(values.floor) / 100,
        };
        if (pool) await changeBudget('patch', `/${pool.id}`, { body, version: pool.version });
        else await changeBudget('post', '', { body });
        toastSuccess(t('dialog.saved', { name: values.name }));
        onClose();
      }}
    >
      <TextInput
        label={t('dialog.name')}
        required
        data-autofocus
        maxLength={120}
        {...form.getInputProps('name')}
      />
      <NumberInput
        label={t('dialog.amount')}
        description={t('dialog.amountText')}
        required
        min={0}
        decimalScale={2}
        prefix="$"
        thousandSeparator
        hideControls
        {...form.getInputProps('amount_microusd')}
      />
      <SegmentedControl
        aria-label={t('dialog.period')}
        data={PERIODS.map((value) => ({ value, label: t(`per.${value}`) }))}
        {...form.getInputProps('period')}
      />
      <MultiSelect
        label={t('dialog.members')}
        description={t('dialog.membersText')}
        searchable
        maxValues={MOST}
        data={campaigns
          .filter(({ id, state }) =>
            state !== 'done' && state !== 'stopped'
              ? true
              : members.some(({ campaign_id }) => campaign_id === id),
          )
          .map(({ id, name }) => ({ value: id, label: name }))}
        value={members.map(({ campaign_id }) => campaign_id)}
        onChange={choose}
        error={form.errors.members}
      />
      {members.length > 0 && (
        <LimitsTable
          members={members}
          names={names}
          onChange={(next) => form.setFieldValue('members', next)}
        />
      )}
      <NumberInput
        label={t('dialog.floor')}
        description={t('dialog.floorText')}
        min={0}
        max={50}
        suffix=" %"
        allowDecimal={false}
        {...form.getInputProps('floor')}
      />
      <Stack gap={4}>
        <SegmentedControl
          aria-label={t('dialog.mode')}
          data={MODES.map((value) => ({ value, label: t(`mode.${value}`) }))}
          {...form.getInputProps('mode')}
        />
        <Text size="xs" c="dimmed">
          {t(`dialog.modeText.${form.values.mode}`)}
        </Text>
      </Stack>
    </FormDialog>
  );
}
