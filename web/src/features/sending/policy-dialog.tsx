import {
  Button,
  Checkbox,
  Chip,
  Group,
  Input,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { FormDialog } from '@/components/form-dialog';
import { toastError, toastSuccess } from '@/components/toasts';
import { MICRO } from './policy-words';
import { change, type Mode, type Policy, type Settings, type Trial } from './queries';

const RULES = ['hours', 'cap', 'limit', 'budget', 'approval'] as const;
const PERIODS: Record<string, readonly string[]> = {
  cap: ['day', 'week', 'month'],
  limit: ['hour', 'day'],
  budget: ['day', 'month', 'campaign'],
};
const DAYS = ['0', '1', '2', '3', '4', '5', '6'];

const start = (policy: Policy | undefined) => {
  const own: Partial<Record<string, unknown>> = policy?.settings ?? {};
  return {
    name: policy?.name ?? '',
    mode: policy?.mode ?? ('shadow' as Mode),
    rule: (policy?.rule ?? 'cap') as string,
    channels: (own.channels ?? []) as string[],
    days: ((own.days as number[] | undefined) ?? [0, 1, 2, 3, 4, 5, 6]).map(String),
    start: (own.start as string | undefined) ?? '08:00',
    end: (own.end as string | undefined) ?? '20:00',
    amount: (own.amount as number | undefined) ?? 3,
    dollars: ((own.amount_microusd as number | undefined) ?? 50 * MICRO) / MICRO,
    period: (own.period as string | undefined) ?? 'day',
    audience_over: (own.audience_over ?? (policy ? '' : 1000)) as number | '',
    first_send: Boolean(own.first_send),
    new_sender: Boolean(own.new_sender),
    purposes: (own.purposes ?? []) as string[],
  };
};

type Values = ReturnType<typeof start>;

/** The settings as the server wants them; only what the kind of rule knows. */
export function settingsOf(values: Values): Settings {
  const { rule, channels, period } = values;
  const body: Record<string, unknown> = { rule };
  if (rule !== 'approval' && rule !== 'call_hours') body.channels = channels;
  if (rule in PERIODS) body.period = PERIODS[rule]?.includes(period) ? period : PERIODS[rule]?.[0];
  if (rule === 'hours')
    Object.assign(body, { days: values.days.map(Number), start: values.start, end: values.end });
  if (rule === 'cap' || rule === 'limit') body.amount = values.amount;
  if (rule === 'cap') body.purposes = values.purposes;
  if (rule === 'budget') body.amount_microusd = Math.round(values.dollars * MICRO);
  if (rule === 'approval')
    Object.assign(body, {
      audience_over: values.audience_over === '' ? null : values.audience_over,
      first_send: values.first_send,
      new_sender: values.new_sender,
    });
  return body as unknown as Settings;
}

interface PolicyDialogProps {
  /** Undefined for a new one. */
  policy: Policy | undefined;
  channels: readonly string[];
  onClose: () => void;
}

/** Add a guardrail or change one; it can be tried on the last month before it is saved. */
export function PolicyDialog({ policy, channels, onClose }: PolicyDialogProps) {
  const { t } = useTranslation('sending');
  const form = useForm({ initialValues: start(policy) });
  const { rule } = form.values;
  const [trial, setTrial] = useState<Trial>();
  const [trying, setTrying] = useState(false);
  const attempt = async () => {
    setTrying(true);
    try {
      const body = { settings: settingsOf(form.values), days: 30 };
      setTrial(await change<Trial>('post', '/policies/trial', { body }));
    } catch (reason) {
      toastError(t('policy.notTried'), reason);
    }
    setTrying(false);
  };
  const options = (values: readonly string[], prefix: 'channel' | 'period') =>
    values.map((value) => ({
      value,
      label: t(`${prefix}.${value}` as never, { defaultValue: value }),
    }));
  return (
    <FormDialog
      title={policy ? policy.name : t('policy.new')}
      size="lg"
      form={form}
      submit={t(policy ? 'policy.save' : 'policy.add')}
      onClose={onClose}
      onSubmit={async (values) => {
        const body = { name: values.name, mode: values.mode, settings: settingsOf(values) };
        if (policy)
          await change('put', `/policies/${policy.key}`, { body, version: policy.version });
        else await change('post', '/policies', { body });
        toastSuccess(t('policy.saved'));
        onClose();
      }}
    >
      {!policy?.built_in && (
        <TextInput
          label={t('policy.name')}
          data-autofocus
          required
          maxLength={120}
          {...form.getInputProps('name')}
        />
      )}
      {!policy && (
        <Select
          label={t('policy.rule')}
          allowDeselect={false}
          data={RULES.map((value) => ({ value, label: t(`rule.${value}`) }))}
          {...form.getInputProps('rule')}
        />
      )}
      {rule !== 'approval' && rule !== 'call_hours' && (
        <MultiSelect
          label={t('policy.channels')}
          placeholder={form.values.channels.length ? '' : t('allChannels')}
          data={options(channels, 'channel')}
          {...form.getInputProps('channels')}
        />
      )}
      {rule === 'hours' && (
        <>
          <Group grow>
            <TextInput
              type="time"
              label={t('policy.start')}
              required
              {...form.getInputProps('start')}
            />
            <TextInput
              type="time"
              label={t('policy.end')}
              required
              {...form.getInputProps('end')}
            />
          </Group>
          <Input.Wrapper label={t('policy.days')} labelElement="div">
            <Chip.Group multiple {...form.getInputProps('days')}>
              <Group gap={6} mt={4}>
                {DAYS.map((day) => (
                  <Chip key={day} value={day}>
                    {t(`day.${day}` as never)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </Input.Wrapper>
        </>
      )}
      {(rule === 'cap' || rule === 'limit') && (
        <NumberInput
          label={t(`policy.amount.${rule}`)}
          min={1}
          max={rule === 'cap' ? 1000 : 100_000_000}
          allowDecimal={false}
          required
          {...form.getInputProps('amount')}
        />
      )}
      {rule === 'budget' && (
        <NumberInput
          label={t('policy.amount.budget')}
          min={0.01}
          decimalScale={2}
          required
          {...form.getInputProps('dollars')}
        />
      )}
      {rule in PERIODS && (
        <Select
          label={t('policy.period')}
          allowDeselect={false}
          data={options(PERIODS[rule] ?? [], 'period')}
          {...form.getInputProps('period')}
        />
      )}
      {rule === 'approval' && (
        <>
          <NumberInput
            label={t('policy.audience')}
            min={1}
            allowDecimal={false}
            {...form.getInputProps('audience_over')}
          />
          <Checkbox
            label={t('policy.first')}
            {...form.getInputProps('first_send', { type: 'checkbox' })}
          />
          <Checkbox
            label={t('policy.sender')}
            {...form.getInputProps('new_sender', { type: 'checkbox' })}
          />
        </>
      )}
      <Select
        label={t('policy.mode')}
        description={t(`mode.${form.values.mode}Text`)}
        allowDeselect={false}
        data={(['enforce', 'shadow', 'off'] as const).map((value) => ({
          value,
          label: t(`mode.${value}`),
        }))}
        {...form.getInputProps('mode')}
      />
      <Stack gap={4}>
        <Group gap="sm">
          <Button variant="default" size="xs" loading={trying} onClick={() => void attempt()}>
            {t('policy.try')}
          </Button>
          {trial && (
            <Text size="sm" role="status">
              {t('policy.trial', {
                messages: formatNumber(trial.messages),
                stopped: formatNumber(trial.blocked + trial.deferred + trial.approvals),
                people: formatNumber(trial.people),
              })}
            </Text>
          )}
        </Group>
      </Stack>
    </FormDialog>
  );
}
