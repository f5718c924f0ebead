import { ActionIcon, Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDate } from '@/app/format';
import { IconPencil } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { toastError, toastSuccess } from '@/components/toasts';
import { ConsentDialog } from './consent-dialog';
import classes from './detail.module.css';
import { type ConsentContact, type ConsentLine, consentsQuery } from './queries';
import { RelatedCard } from './related-card';

const SHOWN = 5;

function Line({ line, names }: { line: ConsentLine; names: Map<string, string> }) {
  const { t } = useTranslation('leads/detail');
  const proof = [line.proof.note, line.proof.text, line.proof.document, line.proof.reply]
    .filter((part): part is string => typeof part === 'string' && part !== '')
    .join(' · ');
  return (
    <li>
      <Stack gap={2} className={classes.itemMain}>
        <Text size="sm">
          {t(`consent.said.${line.state}`, { purpose: names.get(line.purpose) ?? line.purpose })}
        </Text>
        <Text size="xs" c="dimmed">
          {formatDate(line.at)} · {t(`consent.source.${line.source}`)} ·{' '}
          {t(`consent.basis.${line.basis}`)}
          {line.source === 'manual' && line.actor_name ? ` · ${line.actor_name}` : ''}
        </Text>
        {proof && <Text size="xs">{t('consent.proof', { proof })}</Text>}
      </Stack>
    </li>
  );
}

function Contact({
  contact,
  onEdit,
  onStop,
}: {
  contact: ConsentContact;
  onEdit: (() => void) | undefined;
  onStop: (() => void) | undefined;
}) {
  const { t } = useTranslation('leads/detail');
  const [all, setAll] = useState(false);
  const names = new Map(contact.purposes.map((purpose) => [purpose.key, purpose.name]));
  const channel = t(`consent.channel.${contact.channel}`);
  const stops = contact.suppressions.filter((stop) => stop.released_at === null);
  const lines = all ? contact.ledger : contact.ledger.slice(0, SHOWN);
  return (
    <Stack gap="xs">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Title order={3} size="sm" className="tw-truncate" title={contact.address}>
          {channel} · {contact.address}
        </Title>
        {onEdit && (
          <ActionIcon
            aria-label={t('consent.noteFor', { channel })}
            title={t('consent.noteFor', { channel })}
            onClick={onEdit}
          >
            <IconPencil size={16} />
          </ActionIcon>
        )}
      </Group>
      {stops.map((stop) => (
        <Badge key={stop.id} color="red" variant="light">
          {t(`consent.stopped.${stop.reason}`)}
        </Badge>
      ))}
      <ul className={classes.items}>
        {contact.purposes.map((purpose) => (
          <li key={purpose.key}>
            <Group justify="space-between" wrap="nowrap" gap="xs" w="100%">
              <Text size="sm" className={classes.itemName}>
                {purpose.name}
              </Text>
              <Badge
                variant="light"
                color={purpose.allowed ? 'green' : 'gray'}
                title={purpose.reasons.map((reason) => reason.text).join(' ')}
              >
                {t(purpose.allowed ? 'consent.allowed' : 'consent.notAllowed')}
              </Badge>
            </Group>
          </li>
        ))}
      </ul>
      {contact.ledger.length > 0 && (
        <>
          <Text size="xs" c="dimmed" fw={500}>
            {t('consent.ledger')}
          </Text>
          <ul className={classes.items}>
            {lines.map((line) => (
              <Line key={line.id} line={line} names={names} />
            ))}
          </ul>
        </>
      )}
      <Group gap="xs">
        {contact.ledger.length > SHOWN && (
          <Button variant="subtle" size="compact-sm" onClick={() => setAll(!all)}>
            {all ? t('consent.less') : t('consent.all', { count: contact.ledger.length })}
          </Button>
        )}
        {onStop && (
          <Button
            variant="subtle"
            color="red"
            size="compact-sm"
            aria-label={t('consent.stopFor', { channel })}
            onClick={onStop}
          >
            {t('consent.stop')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** What a person allows and refuses, with proof, by the ways to reach them. */
export function ConsentCard({ leadId }: { leadId: string }) {
  const mayRead = useMay('privacy:read');
  return mayRead ? <Consents leadId={leadId} /> : null;
}

function Consents({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const mayWrite = useMay('privacy:write');
  const query = useQuery(consentsQuery(leadId));
  const [edited, setEdited] = useState<ConsentContact>();
  const contacts = query.data?.contacts;
  const stop = async (contact: ConsentContact) => {
    const sure = await askConfirm({
      title: t('consent.stopTitle'),
      message: t('consent.stopText', { address: contact.address }),
      confirm: t('consent.stop'),
    });
    if (!sure) return;
    try {
      const body = { channel: contact.channel, state: 'withdrawn' };
      await request('post', `/api/v1/leads/${leadId}/consents`, { body });
      toastSuccess(t('consent.stoppedAll'));
    } catch (reason) {
      toastError(t('consent.notSaved'), reason);
    }
    await invalidatePaths('/api/v1/leads');
  };
  return (
    <RelatedCard
      title={t('consent.title')}
      query={query}
      count={contacts?.length === 0 ? 0 : undefined}
      empty={t('consent.unreachable')}
    >
      {contacts?.map((contact) => (
        <Contact
          key={contact.channel}
          contact={contact}
          onEdit={mayWrite ? () => setEdited(contact) : undefined}
          onStop={mayWrite ? () => void stop(contact) : undefined}
        />
      ))}
      {edited && (
        <ConsentDialog leadId={leadId} contact={edited} onClose={() => setEdited(undefined)} />
      )}
    </RelatedCard>
  );
}
