import { Button, Checkbox, Group, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { ownTimeZone, timeZones } from '@/app/choices';
import { ApiForm } from '@/components/api-form';
import { MEETINGS, type Meeting, refreshMeetings } from '@/components/booking/queries';
import { momentIn, SlotPicker } from '@/components/booking/slot-picker';
import { alternativesOf, SlotTaken } from '@/components/booking/slot-taken';
import { toastSuccess } from '@/components/toasts';

interface DialogProps {
  meeting: Meeting;
  onClose: () => void;
}

export const lengthOf = ({ starts_at, ends_at }: Meeting) =>
  Math.round((Date.parse(ends_at) - Date.parse(starts_at)) / 60_000);

/** Another time for the same meeting. */
export function MoveDialog({ meeting, onClose }: DialogProps) {
  const { t } = useTranslation(['meetings', 'booking']);
  const [zone, setZone] = useState(ownTimeZone);
  const [alternatives, setAlternatives] = useState<string[]>();
  const form = useForm({
    initialValues: { starts_at: undefined as string | undefined },
    validate: { starts_at: (value) => (value ? null : t('booking:form.timeMissing')) },
  });
  const { starts_at: chosen } = form.values;
  const choose = (start: string | undefined) => form.setFieldValue('starts_at', start);
  const move = async () => {
    const { starts_at } = form.getValues();
    try {
      await request('post', `${MEETINGS}/${meeting.id}/move`, { body: { starts_at } });
      toastSuccess(t('move.done', { when: momentIn(zone, starts_at ?? '') }));
      onClose();
    } catch (reason) {
      const found = alternativesOf(toApiError(reason));
      if (!found) throw reason;
      setAlternatives(found);
      choose(undefined);
    } finally {
      void refreshMeetings();
    }
  };
  return (
    <Modal opened size="lg" onClose={onClose} title={t('move.title', { title: meeting.title })}>
      <ApiForm form={form} onSubmit={move}>
        {({ submitting }) => (
          <>
            <Group justify="space-between" align="flex-end" gap="sm">
              <Text size="sm">{t('move.from', { when: momentIn(zone, meeting.starts_at) })}</Text>
              <Select
                label={t('booking:form.zone')}
                searchable
                w={{ base: '100%', sm: 220 }}
                data={timeZones(zone)}
                value={zone}
                onChange={(next) => next && setZone(next)}
              />
            </Group>
            {alternatives && (
              <SlotTaken
                alternatives={alternatives}
                zone={zone}
                onChoose={(start) => {
                  choose(start);
                  setAlternatives(undefined);
                }}
              />
            )}
            {meeting.event_type_id && (
              <SlotPicker
                key={zone}
                eventTypeId={meeting.event_type_id}
                length={lengthOf(meeting)}
                zone={zone}
                leadId={meeting.lead_id ?? undefined}
                ignoreMeeting={meeting.id}
                value={chosen}
                onChange={choose}
              />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('back')}
              </Button>
              <Button type="submit" loading={submitting} disabled={!chosen}>
                {chosen ? t('move.do', { when: momentIn(zone, chosen) }) : t('actions.move')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}

const REASONS = ['ill', 'clash', 'asked', 'notNeeded'] as const;

/** Cancels with a reason: one of the usual ones in one click, or own words. */
export function CancelDialog({ meeting, onClose }: DialogProps) {
  const { t } = useTranslation('meetings');
  const form = useForm({ initialValues: { reason: '' } });
  const declines = meeting.state === 'pending';
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(declines ? 'decline.title' : 'cancel.title', { title: meeting.title })}
    >
      <ApiForm
        form={form}
        onSubmit={async ({ reason }) => {
          const action = declines ? 'decline' : 'cancel';
          await request('post', `${MEETINGS}/${meeting.id}/${action}`, {
            body: { reason: reason.trim() },
          });
          toastSuccess(t(declines ? 'decline.done' : 'cancel.done'));
          void refreshMeetings();
          onClose();
        }}
      >
        {({ submitting }) => (
          <>
            <Text size="sm">{t('cancel.text', { count: meeting.attendees.length })}</Text>
            <Group gap="xs" role="group" aria-label={t('cancel.usual')}>
              {REASONS.map((name) => (
                <Button
                  key={name}
                  size="compact-sm"
                  variant={form.values.reason === t(`why.${name}`) ? 'light' : 'default'}
                  onClick={() => form.setFieldValue('reason', t(`why.${name}`))}
                >
                  {t(`why.${name}`)}
                </Button>
              ))}
            </Group>
            <Textarea
              label={t('reason')}
              description={t('cancel.reasonText')}
              data-autofocus
              maxLength={1000}
              autosize
              minRows={2}
              {...form.getInputProps('reason')}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('back')}
              </Button>
              <Button type="submit" color="red" loading={submitting}>
                {t(declines ? 'actions.decline' : 'actions.cancel')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}

/** Notes who did not come, and offers them another time by mail. */
export function NoShowDialog({ meeting, onClose }: DialogProps) {
  const { t } = useTranslation('meetings');
  const here = meeting.attendees.filter(({ status }) => status !== 'cancelled');
  const form = useForm({
    initialValues: { attendees: here.map(({ id }) => id) },
    validate: { attendees: (value) => (value.length > 0 ? null : t('noShow.missing')) },
  });
  return (
    <Modal opened onClose={onClose} title={t('noShow.title')}>
      <ApiForm
        form={form}
        onSubmit={async ({ attendees }) => {
          await request('post', `${MEETINGS}/${meeting.id}/no-show`, {
            body: { attendee_ids: attendees },
          });
          toastSuccess(t('noShow.done'));
          void refreshMeetings();
          onClose();
        }}
      >
        {({ submitting }) => (
          <>
            {here.length > 1 && (
              <Checkbox.Group label={t('noShow.who')} {...form.getInputProps('attendees')}>
                <Stack gap="xs" mt="xs">
                  {here.map(({ id, name }) => (
                    <Checkbox key={id} value={id} label={name} />
                  ))}
                </Stack>
              </Checkbox.Group>
            )}
            <Text size="sm">
              {t(here.length > 1 ? 'noShow.text' : 'noShow.textOne', { name: here[0]?.name })}
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('back')}
              </Button>
              <Button type="submit" loading={submitting}>
                {t('actions.noShow')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}
