import {
  Alert,
  Button,
  Code,
  CopyButton,
  Drawer,
  Group,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { IconAlertTriangle, IconCheck, IconCopy, IconLock } from '@/app/icons';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { HumanBadge } from './badges';
import { type EventDetail, eventQuery, type Rejection, type Source } from './queries';
import classes from './sources.module.css';
import { eventTitle, formatMoment } from './words';

type Fact = [string, ReactNode];

function Facts({ title, facts }: { title: string; facts: Fact[] }) {
  const id = useId();
  const shown = facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
  if (shown.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <Title order={3} size="sm" mb={4} id={id}>
        {title}
      </Title>
      <Table fz="sm" layout="fixed" className={classes.facts}>
        <Table.Tbody>
          {shown.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={130}>
                {name}
              </Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Json({ title, value }: { title: string; value: object }) {
  const { t } = useTranslation('sources');
  const text = JSON.stringify(value, null, 2);
  if (Object.keys(value).length === 0) return null;
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Title order={3} size="sm">
          {title}
        </Title>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              onClick={copy}
              aria-label={t('event.copy', { what: title })}
            >
              {t(copied ? 'copied' : 'copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Code block className={classes.code} tabIndex={0} role="region" aria-label={title}>
        {text}
      </Code>
    </Stack>
  );
}

function delay(t: (key: string, values: object) => string, seconds: number): string {
  const shown = formatNumber(Math.abs(seconds), { maximumFractionDigits: 1 });
  return t('event.delayed', { seconds: shown });
}

function Content({ event }: { event: EventDetail }) {
  const { t } = useTranslation('sources');
  const { identity } = event;
  return (
    <Stack gap="md">
      <Group gap="xs">
        <HumanBadge event={event} />
        <Text size="sm" c="dimmed">
          {event.type}
        </Text>
      </Group>
      {event.masked && (
        <Alert icon={<IconLock size={16} />} color="gray">
          {t('event.masked')}
        </Alert>
      )}
      {event.violations.length > 0 && (
        <Alert
          icon={<IconAlertTriangle size={16} />}
          color="yellow"
          title={t('event.violations', { count: event.violations.length })}
        >
          {event.violations.map(({ code, property, detail }) => (
            <Text key={`${code} ${property}`} size="sm">
              {detail}
            </Text>
          ))}
        </Alert>
      )}
      <Facts
        title={t('event.when')}
        facts={[
          [t('event.occurred'), formatMoment(event.occurred_at)],
          [t('event.received'), formatMoment(event.received_at)],
          [t('event.way'), delay(t as never, event.delay_seconds)],
        ]}
      />
      <Facts
        title={t('event.who')}
        facts={[
          [t('event.anonymousId'), event.anonymous_id],
          [t('event.userId'), event.user_id],
          [t('event.previousId'), event.previous_id],
          [t('event.groupId'), event.group_id],
          [
            t('event.lead'),
            identity?.lead_id ? (
              <LinkAnchor key="lead" to={`/leads/${identity.lead_id}` as never}>
                {identity.lead_name ?? t('event.openLead')}
              </LinkAnchor>
            ) : identity ? (
              t('event.anonymous')
            ) : (
              t('event.notProcessed')
            ),
          ],
        ]}
      />
      <Facts
        title={t('event.human')}
        facts={[
          [
            t('event.reasons'),
            event.human_reasons.length > 0
              ? event.human_reasons
                  .map((code) => t(`reason.${code}`, { defaultValue: code }))
                  .join(' · ')
              : t('event.noReasons'),
          ],
          [t('event.ip'), event.ip],
          [t('event.userAgent'), event.user_agent],
        ]}
      />
      <Facts
        title={t('event.where')}
        facts={[
          [t('event.url'), event.url],
          [t('event.title'), event.title],
          [t('event.referrer'), event.referrer],
          [t('event.messageId'), event.message_id],
        ]}
      />
      <Json
        title={t(['identify', 'group'].includes(event.type) ? 'event.traits' : 'event.properties')}
        value={event.properties}
      />
      <Json title={t('event.context')} value={event.context} />
    </Stack>
  );
}

/** One accepted event: what was sent, and what was understood of it. */
export function EventDrawer({
  source,
  id,
  onClose,
}: {
  source: Source;
  id: string | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation('sources');
  const { data, error, refetch } = useQuery({
    ...eventQuery(source.id, id ?? ''),
    enabled: Boolean(id),
  });
  return (
    <Drawer
      opened={Boolean(id)}
      onClose={onClose}
      position="right"
      size={560}
      title={
        <Text fw={600} className="tw-truncate">
          {data ? eventTitle(t, data) : t('event.one')}
        </Text>
      }
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={10} />}
      {data && <Content event={data} />}
    </Drawer>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Cut off after 4 KB, or what was sent is no JSON at all: then that is why it was refused.
    return text;
  }
}

/** One refused event: why, and what was sent. */
export function RejectionDrawer({
  rejection,
  onClose,
}: {
  rejection: Rejection | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation('sources');
  return (
    <Drawer
      opened={Boolean(rejection)}
      onClose={onClose}
      position="right"
      size={560}
      title={<Text fw={600}>{t('rejected.one')}</Text>}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {rejection && (
        <Stack gap="md">
          <Alert icon={<IconAlertTriangle size={16} />} color="red" title={rejection.detail}>
            <Text size="sm">{t(`fix.${rejection.code}`, { defaultValue: t('fix.other') })}</Text>
          </Alert>
          <Facts
            title={t('rejected.about')}
            facts={[
              [t('debugger.event'), rejection.name],
              [t('debugger.type'), rejection.type],
              [t('event.received'), formatMoment(rejection.received_at)],
              [t('rejected.times'), formatNumber(rejection.occurrences)],
              [t('event.messageId'), rejection.message_id],
              [t('rejected.code'), <code key="code">{rejection.code}</code>],
            ]}
          />
          {rejection.payload && (
            <Stack gap={4}>
              <Title order={3} size="sm">
                {t('rejected.payload')}
              </Title>
              <Code
                block
                className={classes.code}
                tabIndex={0}
                role="region"
                aria-label={t('rejected.payload')}
              >
                {pretty(rejection.payload)}
              </Code>
            </Stack>
          )}
        </Stack>
      )}
    </Drawer>
  );
}
