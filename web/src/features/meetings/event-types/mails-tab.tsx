import { ActionIcon, Button, Group, Stack, Switch, Text, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconX } from '@/app/icons';
import { DurationField } from './duration-field';
import classes from './event-types.module.css';
import type { TabProps } from './form';
import { StageField } from './stage-field';

const MOST = 5;

/** What follows from a booking: reminders, until when attendees may cancel by themselves, the deal. */
export function MailsTab({ eventType, form, readOnly }: TabProps) {
  const { t } = useTranslation('meetings/event-types');
  const { reminders } = form.values;
  const put = (next: number[]) => form.setFieldValue('reminders', next);
  return (
    <Stack gap="md">
      <div>
        <Text size="sm" fw={500}>
          {t('mails.reminders')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('mails.remindersText')}
        </Text>
      </div>
      <ul className={classes.rows} aria-label={t('mails.reminders')}>
        {reminders.map((minutes, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a reminder is its place in the list
          <li key={index} className={classes.reminder}>
            <DurationField
              label={t('mails.before', { number: index + 1 })}
              value={minutes}
              disabled={readOnly}
              max={30 * 1440}
              onChange={(value) => put(reminders.map((old, at) => (at === index ? value : old)))}
            />
            {!readOnly && (
              <ActionIcon
                size={36}
                aria-label={t('mails.remove', { number: index + 1 })}
                onClick={() => put(reminders.filter((_, at) => at !== index))}
              >
                <IconX size={16} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
      {!readOnly && reminders.length < MOST && (
        <Group>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => put([...reminders, reminders.includes(1440) ? 60 : 1440])}
          >
            {t('mails.add')}
          </Button>
        </Group>
      )}
      <DurationField
        label={t('mails.notice')}
        description={t('mails.noticeText')}
        value={form.values.cancellation_notice}
        disabled={readOnly}
        max={30 * 1440}
        onChange={(value) => form.setFieldValue('cancellation_notice', value)}
      />
      <Textarea
        label={t('mails.policy')}
        description={t('mails.policyText')}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={1000}
        readOnly={readOnly}
        {...form.getInputProps('cancellation_policy')}
      />
      <Switch
        label={t('mails.confirmation')}
        description={t('mails.confirmationText')}
        disabled={readOnly}
        {...form.getInputProps('requires_confirmation', { type: 'checkbox' })}
      />
      <StageField eventType={eventType} form={form} readOnly={readOnly} />
    </Stack>
  );
}
