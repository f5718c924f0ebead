import { Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatDate, formatDateTime } from '@/app/format';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { MessageState } from '@/components/sending/message-state';
import { enrolmentsQuery } from './queries';
import { RelatedCard } from './related-card';

type Enrolment = Schema<'PersonEnrolment'>;

const COLOURS = { waiting: 'blue', done: 'green', exited: 'gray', failed: 'red' } as const;

function Line({ one }: { one: Enrolment }) {
  const { t } = useTranslation('leads/detail');
  const name = one.campaign?.name ?? one.journey_name;
  const where = one.goal_at
    ? t('campaigns.goal', { at: formatDate(one.goal_at) })
    : one.due_at
      ? t('campaigns.next', { at: formatDate(one.due_at) })
      : one.waits_for || one.reason;
  return (
    <Stack component="li" gap={4}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <LinkAnchor
          to={
            (one.campaign
              ? `/campaigns/${one.campaign.id}`
              : `/journeys/${one.journey_id}`) as never
          }
          size="sm"
          fw={500}
          className="tw-truncate"
        >
          {name}
        </LinkAnchor>
        <Badge color={COLOURS[one.state]} miw="max-content">
          {t(`campaigns.state.${one.state}`)}
        </Badge>
      </Group>
      <Text size="xs" c="dimmed">
        {t('campaigns.since', { at: formatDate(one.entered_at) })}
        {where && ` · ${where}`}
      </Text>
      {one.last_message && <LastMessage message={one.last_message} />}
      <LinkAnchor
        to={`/journeys/${one.journey_id}` as never}
        search={{ tab: 'people', person: one.id } as never}
        size="xs"
        w="fit-content"
        aria-label={t('campaigns.whyOf', { name })}
      >
        {t('campaigns.why')}
      </LinkAnchor>
    </Stack>
  );
}

/** The campaigns and journeys the lead is or was in, each with its newest message. Nothing without the right. */
export function CampaignsCard({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const maySee = useMay('campaigns:read');
  const query = useQuery({ ...enrolmentsQuery(leadId), enabled: maySee });
  if (!maySee) return null;
  return (
    <RelatedCard
      title={t('campaigns.title')}
      count={query.data?.length}
      query={query}
      empty={t('campaigns.none')}
    >
      {query.data && query.data.length > 0 && (
        <Stack component="ul" gap="sm" m={0} p={0}>
          {query.data.map((one) => (
            <Line key={one.id} one={one} />
          ))}
        </Stack>
      )}
    </RelatedCard>
  );
}

function LastMessage({ message }: { message: NonNullable<Enrolment['last_message']> }) {
  const { t } = useTranslation('sending');
  return (
    <>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="xs" c="dimmed">
          {t(`channel.${message.channel}`, { defaultValue: message.channel })} ·{' '}
          {formatDateTime(message.at)}
        </Text>
        <MessageState state={message.state as Schema<'SendIntentRow'>['state']} />
      </Group>
      {message.reason && (
        <Text size="xs" c="dimmed">
          {message.reason}
        </Text>
      )}
    </>
  );
}
