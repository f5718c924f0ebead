import { Badge, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatCountry, formatDateTime, formatRelative } from '@/app/format';
import { IconSparkles, IconStar } from '@/app/icons';
import { leadName } from '@/app/lead-name';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { Masked } from '@/components/masked';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { ScoreBadge } from '@/components/score-badge';
import { Qualification } from './qualification';
import { type Conversation, earlierQuery, leadQuery, meetingsQuery } from './queries';
import classes from './thread.module.css';

const OUTCOME_COLOURS = {
  confirmed: 'green',
  abandoned: 'gray',
  escalated: 'yellow',
  reopened: 'blue',
} as const;

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <Title order={3} size="h3">
        {title}
      </Title>
      {children}
    </section>
  );
}

function Facts({ leadId }: { leadId: string }) {
  const { t } = useTranslation('inbox');
  const { nameOf } = useMembers();
  const { data: lead, error, refetch } = useQuery(leadQuery(leadId));
  if (error && !lead) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!lead) return <LoadingLines lines={6} height={16} />;
  const facts: [string, string | null | undefined][] = [
    [t('lead.email'), lead.email],
    [t('lead.phone'), lead.phone],
    [t('lead.company'), lead.company_name],
    [t('lead.jobTitle'), lead.job_title],
    [t('lead.country'), formatCountry(lead.country)],
    [t('lead.owner'), nameOf(lead.owner_id)],
    [t('lead.source'), lead.source],
  ];
  return (
    <>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <LinkAnchor
          fw={600}
          size="md"
          c="inherit"
          className="tw-truncate"
          to={`/leads/${leadId}` as never}
        >
          {leadName(lead, t('lead.unnamed'))}
        </LinkAnchor>
        {lead.score !== null && <ScoreBadge score={lead.score} band={lead.score_band} compact />}
      </Group>
      <dl className={classes.facts}>
        {facts.flatMap(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd title={value}>
                <Masked value={value} />
              </dd>
            </div>
          ) : (
            []
          ),
        )}
      </dl>
    </>
  );
}

function Meetings({ leadId }: { leadId: string }) {
  const { t } = useTranslation('inbox');
  const meetings = useQuery(meetingsQuery(leadId)).data?.items;
  if (!meetings || meetings.length === 0) return null;
  return (
    <Section title={t('panel.meetings')}>
      <ul className={classes.plain}>
        {meetings.map((meeting) => (
          <li key={meeting.id}>
            <LinkAnchor to="/meetings" search={{ open: meeting.id }}>
              {meeting.title}
            </LinkAnchor>
            <Text size="xs" c="dimmed" className="tw-number">
              {formatDateTime(meeting.starts_at)}
              {meeting.state !== 'confirmed' && ` · ${t(`meeting.${meeting.state}`)}`}
            </Text>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Earlier({ leadId, present }: { leadId: string; present: string }) {
  const { t } = useTranslation('inbox');
  const items = useQuery(earlierQuery(leadId)).data?.items.filter(({ id }) => id !== present);
  if (!items || items.length === 0) return null;
  return (
    <Section title={t('panel.earlier')}>
      <ul className={classes.plain}>
        {items.map((one) => (
          <li key={one.id}>
            <Group gap={6} wrap="nowrap">
              <LinkAnchor to="/inbox" search={{ conversation: one.id }} className="tw-truncate">
                {one.subject || one.preview || `#${one.number}`}
              </LinkAnchor>
              {one.outcome && (
                <Badge size="sm" color={OUTCOME_COLOURS[one.outcome]}>
                  {t(`outcome.${one.outcome}`)}
                </Badge>
              )}
            </Group>
            <Text size="xs" c="dimmed">
              {formatRelative(one.last_message_at)}
            </Text>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Summary({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('inbox');
  const { summary, outcome } = conversation;
  if (!summary) return null;
  const { text, topics, sentiment, action_items: items, by } = summary;
  return (
    <Section title={t('panel.summary')}>
      <Group gap={4}>
        <Badge size="sm" color="violet" leftSection={<IconSparkles size={11} aria-hidden />}>
          {t(by === 'model' ? 'panel.byAi' : 'panel.automatic')}
        </Badge>
        {outcome && (
          <Badge size="sm" color={OUTCOME_COLOURS[outcome]}>
            {t(`outcome.${outcome}`)}
          </Badge>
        )}
        <Badge size="sm">{t(`sentiment.${sentiment}`)}</Badge>
      </Group>
      {text && (
        <Text size="sm">
          <Masked value={text} />
        </Text>
      )}
      {topics.length > 0 && (
        <Group gap={4}>
          {topics.map((topic) => (
            <Badge key={topic} size="sm" color="gray">
              {topic}
            </Badge>
          ))}
        </Group>
      )}
      {items.length > 0 && (
        <>
          <Text size="xs" fw={500} c="dimmed">
            {t('panel.todo')}
          </Text>
          <ul className={classes.bullets}>
            {items.map((item) => (
              <li key={item}>{item}</li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

function Ratings({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('inbox');
  if (conversation.ratings.length === 0) return null;
  return (
    <Section title={t('panel.satisfaction')}>
      {conversation.ratings.map(({ kind, score, comment }) => (
        <div key={kind}>
          <Group gap={6}>
            <IconStar size={14} aria-hidden />
            <Text size="sm" className="tw-number">
              {t(`rating.${kind}`, { score })}
            </Text>
          </Group>
          {comment && (
            <blockquote className={classes.quote}>
              <Masked value={comment} />
            </blockquote>
          )}
        </div>
      ))}
    </Section>
  );
}

/** Who it is about: facts, score, what was found out, meetings, earlier conversations, ratings. */
export function LeadPanel({
  conversation,
  bare = false,
}: {
  conversation: Conversation;
  /** Inside a drawer, which has a frame already. */
  bare?: boolean;
}) {
  const { t } = useTranslation('inbox');
  const mayMeetings = useMay('meetings:read');
  const mayLeads = useMay('leads:read');
  const leadId = conversation.lead?.id;
  const content = (
    <>
      <div className={classes.section}>
        {leadId && mayLeads ? (
          <Facts leadId={leadId} />
        ) : (
          <>
            <Text fw={600}>{t('lead.unknown')}</Text>
            <Text size="sm" c="dimmed">
              {t('lead.unknownText')}
            </Text>
          </>
        )}
      </div>
      <Summary conversation={conversation} />
      <Qualification conversation={conversation.id} />
      <Ratings conversation={conversation} />
      {leadId && mayMeetings && <Meetings leadId={leadId} />}
      {leadId && <Earlier leadId={leadId} present={conversation.id} />}
    </>
  );
  if (bare) return <Stack gap="md">{content}</Stack>;
  return (
    <aside className={classes.panel} aria-label={t('details')}>
      {content}
    </aside>
  );
}
