import { NumberInput, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { Choice } from './choice';
import type { TabProps } from './draft';
import { queuesQuery } from './queries';

/** When people come in, where conversations go, and who is told of something urgent. */
export function HandOverTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('agents');
  const queues = useQuery({ ...queuesQuery(), enabled: useMay('conversations:read') });
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3">
          {t('handover.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('handover.text')}
        </Text>
      </div>
      <NumberInput
        label={t('handover.afterUnknown')}
        description={t('handover.afterUnknownText')}
        w={200}
        min={1}
        max={5}
        readOnly={readOnly}
        {...form.getInputProps('hand_over.after_unknown')}
      />
      <Switch
        label={t('handover.urgent')}
        disabled={readOnly}
        {...form.getInputProps('hand_over.when_urgent', { type: 'checkbox' })}
      />
      <Switch
        label={t('handover.qualified')}
        disabled={readOnly}
        {...form.getInputProps('hand_over.when_qualified', { type: 'checkbox' })}
      />
      <Choice
        label={t('handover.queue')}
        description={
          <>
            {t('handover.queueText')}{' '}
            <LinkAnchor to={'/settings/inbox' as never} size="xs">
              {t('handover.hours')}
            </LinkAnchor>
          </>
        }
        none={t('handover.defaultQueue')}
        unknown={t(queues.data ? 'qualification.gone' : 'qualification.chosen')}
        options={queues.data?.map(({ id, name }) => ({ value: id, label: name }))}
        readOnly={readOnly}
        value={form.values.hand_over.queue_id}
        error={form.errors['hand_over.queue_id']}
        onChange={(value) => form.setFieldValue('hand_over.queue_id', value)}
      />
      <div>
        <Title order={2} size="h3">
          {t('urgency.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('urgency.text')}
        </Text>
      </div>
      <TextInput
        label={t('urgency.email')}
        type="email"
        maxLength={254}
        readOnly={readOnly}
        {...form.getInputProps('urgency.email')}
        value={form.values.urgency.email ?? ''}
      />
      <TextInput
        label={t('urgency.phone')}
        description={t('urgency.phoneText')}
        type="tel"
        placeholder="+493012345678"
        maxLength={16}
        readOnly={readOnly}
        {...form.getInputProps('urgency.phone')}
        value={form.values.urgency.phone ?? ''}
      />
    </Stack>
  );
}
