import { Alert, Anchor, Badge, Button, Drawer, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { ownTimeZone } from '@/app/choices';
import { formatDateTime } from '@/app/format';
import { IconExternalLink } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { MEETINGS, type Meeting, refreshMeetings } from '@/components/booking/queries';
import { momentIn } from '@/components/booking/slot-picker';
import { LinkAnchor } from '@/components/link-anchor';
import { Masked } from '@/components/masked';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { eventTypesQuery, meetingQuery } from '../queries';
import { CancelDialog, MoveDialog, NoShowDialog } from './drawer-dialogs';
import classes from './list.module.css';
import { dayWords, OutcomeBadge, outcomeOf, span } from './words';

const DIALOGS = { move: MoveDialog, cancel: CancelDialog, noShow: NoShowDialog };
type DialogName = keyof typeof DIALOGS;

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  if (children === undefined || children === null || children === '' || children === false)
    return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Actions({
  meeting,
  onDialog,
}: {
  meeting: Meeting;
  onDialog: (name: DialogName) => void;
}) {
  const { t } = useTranslation('meetings');
  const outcome = outcomeOf(meeting);
  const accept = async () => {
    try {
      await request('post', `${MEETINGS}/${meeting.id}/accept`);
      toastSuccess(t('accept.done'));
    } catch (reason) {
      toastError(t('accept.failed'), reason);
    }
    void refreshMeetings();
  };
  const cameAfterAll = async () => {
    try {
      await request('post', `${MEETINGS}/${meeting.id}/no-show`, { body: { missed: false } });
      toastSuccess(t('noShow.takenBack'));
    } catch (reason) {
      toastError(t('noShow.failed'), reason);
    }
    void refreshMeetings();
  };
  if (outcome === 'cancelled') return null;
  return (
    <Group gap="xs">
      {outcome === 'pending' && (
        <>
          <Button onClick={() => void accept()}>{t('actions.accept')}</Button>
          <Button variant="default" onClick={() => onDialog('cancel')}>
            {t('actions.decline')}
          </Button>
        </>
      )}
      {(outcome === 'upcoming' || outcome === 'now') && (
        <>
          {meeting.join_url && (
            <Button
              component="a"
              href={meeting.join_url}
              target="_blank"
              rel="noopener noreferrer"
              rightSection={<IconExternalLink size={14} />}
            >
              {t('actions.join')}
            </Button>
          )}
          <Button variant="default" onClick={() => onDialog('move')}>
            {t('actions.move')}
          </Button>
          <Button variant="default" color="red" onClick={() => onDialog('cancel')}>
            {t('actions.cancel')}
          </Button>
        </>
      )}
      {(outcome === 'past' || outcome === 'now') && (
        <Button variant="default" onClick={() => onDialog('noShow')}>
          {t('actions.noShow')}
        </Button>
      )}
      {meeting.attendees.some((one) => one.no_show) && (
        <Button variant="default" onClick={() => void cameAfterAll()}>
          {t('actions.came')}
        </Button>
      )}
    </Group>
  );
}

function People({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation('meetings');
  return (
    <Stack gap="xs">
      <Title order={3} size="sm">
        {t('drawer.people', { count: meeting.attendees.length })}
      </Title>
      <ul className={classes.people}>
        {meeting.attendees.map((one) => (
          <li key={one.id}>
            <Group gap="xs">
              {one.lead_id ? (
                <LinkAnchor to={`/leads/${one.lead_id}` as never} fw={500}>
                  <Masked value={one.name} />
                </LinkAnchor>
              ) : (
                <Text size="sm" fw={500}>
                  <Masked value={one.name} />
                </Text>
              )}
              {one.no_show && <Badge color="red">{t('outcome.no_show')}</Badge>}
              {one.status !== 'accepted' && <Badge color="gray">{t(`status.${one.status}`)}</Badge>}
            </Group>
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              <Masked value={one.email} />
              {one.phone && (
                <>
                  {' · '}
                  <Masked value={one.phone} />
                </>
              )}
            </Text>
            <Text size="xs" c="dimmed">
              {t('drawer.theirTime', {
                when: momentIn(one.time_zone, meeting.starts_at),
                zone: one.time_zone,
              })}
            </Text>
          </li>
        ))}
      </ul>
    </Stack>
  );
}

function Where({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation('meetings');
  const { kind, value } = meeting.location;
  return (
    <>
      {t(`where.${kind}`)}
      {value && kind !== 'link' && `: ${value}`}
      {meeting.join_url && (
        <>
          {' '}
          <Anchor href={meeting.join_url} target="_blank" rel="noopener noreferrer" size="sm">
            {meeting.join_url.replace(/^https?:\/\//, '')}
          </Anchor>
        </>
      )}
    </>
  );
}

function Content({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation('meetings');
  const { nameOf } = useMembers();
  const mayWrite = useMay('meetings:write');
  const [dialog, setDialog] = useState<DialogName>();
  const { data: types } = useQuery(eventTypesQuery());
  const type = types?.find(({ id }) => id === meeting.event_type_id);
  const labels = new Map(type?.questions.map(({ key, label }) => [key, label]));
  const answers = Object.entries(meeting.answers);
  const Dialog = dialog && DIALOGS[dialog];
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Text size="lg" fw={600}>
            {dayWords(meeting.starts_at)}, {span(meeting)}
          </Text>
          <Text size="xs" c="dimmed">
            {t('drawer.yourTime', { zone: ownTimeZone() })}
          </Text>
        </div>
        <OutcomeBadge meeting={meeting} />
      </Group>
      {meeting.state === 'cancelled' && (
        <Alert color="gray" title={t('drawer.cancelled', { who: t(`by.${meeting.cancelled_by}`) })}>
          {meeting.cancel_reason || t('drawer.noReason')}
        </Alert>
      )}
      {mayWrite && <Actions meeting={meeting} onDialog={setDialog} />}
      <People meeting={meeting} />
      {answers.length > 0 && (
        <Stack gap="xs">
          <Title order={3} size="sm">
            {t('drawer.answers')}
          </Title>
          <dl className={classes.facts}>
            {answers.map(([key, value]) => (
              <Fact key={key} name={labels.get(key) ?? key}>
                {value === true ? t('yes') : value === false ? t('no') : String(value)}
              </Fact>
            ))}
          </dl>
        </Stack>
      )}
      <Stack gap="xs">
        <Title order={3} size="sm">
          {t('drawer.facts')}
        </Title>
        <dl className={classes.facts}>
          <Fact name={t('column.type')}>
            {type ? (
              <LinkAnchor to={`/meetings/event-types/${type.id}` as never}>{type.title}</LinkAnchor>
            ) : (
              t('drawer.typeGone')
            )}
          </Fact>
          <Fact name={t('column.hosts')}>{meeting.hosts.map(({ name }) => name).join(', ')}</Fact>
          <Fact name={t('drawer.because')}>{meeting.assigned_because}</Fact>
          <Fact name={t('column.where')}>
            <Where meeting={meeting} />
          </Fact>
          <Fact name={t('drawer.confirmed')}>
            {meeting.confirmed_by_attendee_at && formatDateTime(meeting.confirmed_by_attendee_at)}
          </Fact>
          <Fact name={t('drawer.booked')}>
            {t('drawer.bookedBy', {
              when: formatDateTime(meeting.created_at),
              source: t(`source.${meeting.source}`, { name: nameOf(meeting.booked_by) }),
            })}
          </Fact>
        </dl>
      </Stack>
      {Dialog && <Dialog meeting={meeting} onClose={() => setDialog(undefined)} />}
    </Stack>
  );
}

/** One meeting: who, where, why this host, and what can be done about it. */
export function MeetingDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useTranslation('meetings');
  const { data, error, refetch } = useQuery({ ...meetingQuery(id ?? ''), enabled: Boolean(id) });
  const gone = error && [404, 422].includes(toApiError(error).status);
  return (
    <Drawer
      opened={Boolean(id)}
      onClose={onClose}
      size={480}
      title={
        <Text fw={600} className="tw-truncate">
          {data?.title ?? t('one')}
        </Text>
      }
    >
      {gone && !data && <EmptyState title={t('drawer.notFound')} compact />}
      {error && !gone && !data && (
        <ErrorState error={error} compact onRetry={() => void refetch()} />
      )}
      {!data && !error && <LoadingLines lines={8} />}
      {data && <Content meeting={data} />}
    </Drawer>
  );
}
