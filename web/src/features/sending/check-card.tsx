import { Button, Group, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiForm } from '@/components/api-form';
import { usePurposes } from '@/components/sending/purpose-names';
import { ReasonList } from '@/components/sending/reason-list';
import { SettingsCard } from '@/components/settings-card';
import { change, type Decision } from './queries';

/** Would a message leave now, and why or why not? Nothing is sent. */
export function CheckCard({ channels }: { channels: readonly string[] }) {
  const { t } = useTranslation('sending');
  const purposes = usePurposes();
  const [decision, setDecision] = useState<Decision>();
  const form = useForm({
    initialValues: { channel: 'email', address: '', purpose: 'marketing' },
    validate: { address: (value) => (value.trim() ? null : t('check.missing')) },
  });
  return (
    <SettingsCard title={t('check.title')} description={t('check.text')}>
      <ApiForm
        form={form}
        onSubmit={async (body) => setDecision(await change<Decision>('post', '/check', { body }))}
      >
        {({ submitting }) => (
          <>
            <Group grow align="flex-start" preventGrowOverflow={false}>
              <Select
                label={t('message.channel')}
                allowDeselect={false}
                data={channels.map((value) => ({
                  value,
                  label: t(`channel.${value}`, { defaultValue: value }),
                }))}
                {...form.getInputProps('channel')}
              />
              <TextInput
                label={t('check.address')}
                required
                maxLength={320}
                {...form.getInputProps('address')}
              />
              <Select
                label={t('message.purpose')}
                allowDeselect={false}
                data={
                  purposes
                    ?.filter(({ archived_at }) => archived_at === null)
                    .map(({ key, name }) => ({ value: key, label: name })) ?? ['marketing']
                }
                {...form.getInputProps('purpose')}
              />
            </Group>
            <Group>
              <Button type="submit" variant="default" loading={submitting}>
                {t('check.go')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
      {decision && <ReasonList decision={decision} />}
    </SettingsCard>
  );
}
