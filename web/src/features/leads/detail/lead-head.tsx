import { ActionIcon, Button, Group, Menu, Text } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import {
  IconArrowLeft,
  IconCalendar,
  IconChevronDown,
  IconChevronUp,
  IconDots,
  IconMail,
  IconPhone,
  IconTrash,
} from '@/app/icons';
import { leadName } from '@/app/lead-name';
import { useMay } from '@/app/permissions';
import { useShortcuts } from '@/app/shortcuts';
import { LinkAnchor } from '@/components/link-anchor';
import { isMasked } from '@/components/masked';
import { toastError, toastUndo } from '@/components/toasts';
import { lastList } from '../list-memory';
import type { Lead } from '../queries';
import classes from './detail.module.css';
import { useNeighbours } from './neighbours';

const route = getRouteApi('/_app/leads/$leadId');
const BookingDialog = lazy(() => import('@/components/booking/booking-dialog'));

function useDelete(lead: Lead | undefined) {
  const { t } = useTranslation('leads/detail');
  const navigate = useNavigate();
  return async () => {
    if (!lead) return;
    const name = leadName(lead, t('unnamed'));
    try {
      await request('delete', `/api/v1/leads/${lead.id}`, { version: lead.version });
    } catch (reason) {
      toastError(t('delete.failed', { name }), reason);
      return;
    }
    await navigate({ to: '/leads', search: lastList() });
    toastUndo(t('delete.done', { name }), () =>
      request('post', '/api/v1/leads/bulk', { body: { action: 'restore', ids: [lead.id] } })
        .catch((reason: unknown) => toastError(t('delete.notRestored', { name }), reason))
        .finally(() => invalidatePaths('/api/v1/leads')),
    );
    await invalidatePaths('/api/v1/leads', '/api/v1/dashboard');
  };
}

/** Back to the list, and on to the neighbours in it. */
export function TopLine({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const navigate = route.useNavigate();
  const neighbours = useNeighbours(leadId);
  const go = (id: string | undefined) => {
    if (id) void navigate({ params: { leadId: id }, search: (old) => old });
  };
  useShortcuts([
    {
      keys: 'j',
      label: t('keys.next'),
      group: t('keys.group'),
      run: () => go(neighbours?.next),
    },
    {
      keys: 'k',
      label: t('keys.previous'),
      group: t('keys.group'),
      run: () => go(neighbours?.previous),
    },
  ]);
  return (
    <Group justify="space-between" gap="xs" mih={32}>
      <LinkAnchor to="/leads" search={lastList()} className={classes.back}>
        <IconArrowLeft size={16} aria-hidden />
        {t('back')}
      </LinkAnchor>
      {neighbours && (
        <Group gap={4}>
          <Text size="sm" c="dimmed" className="tw-number">
            {t('place', { position: neighbours.position, count: neighbours.count })}
          </Text>
          <ActionIcon
            aria-label={t('keys.previous')}
            title={`${t('keys.previous')} (K)`}
            disabled={!neighbours.previous}
            onClick={() => go(neighbours.previous)}
          >
            <IconChevronUp size={16} />
          </ActionIcon>
          <ActionIcon
            aria-label={t('keys.next')}
            title={`${t('keys.next')} (J)`}
            disabled={!neighbours.next}
            onClick={() => go(neighbours.next)}
          >
            <IconChevronDown size={16} />
          </ActionIcon>
        </Group>
      )}
    </Group>
  );
}

function BookMeeting({ lead }: { lead: Lead }) {
  const { t } = useTranslation('leads/detail');
  const { book } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (value: true | undefined) =>
    void navigate({ search: (old) => ({ ...old, book: value }), replace: !value });
  return (
    <>
      <Button variant="default" leftSection={<IconCalendar size={16} />} onClick={() => open(true)}>
        {t('bookMeeting')}
      </Button>
      {book && (
        <Suspense>
          <BookingDialog
            lead={{ ...lead, name: leadName(lead, t('unnamed')) }}
            onClose={() => open(undefined)}
          />
        </Suspense>
      )}
    </>
  );
}

/** What can be done with a lead as a whole. */
export function Actions({ lead }: { lead: Lead }) {
  const { t } = useTranslation('leads/detail');
  const mayDelete = useMay('leads:delete');
  const mayBook = useMay('meetings:write');
  const remove = useDelete(lead);
  return (
    <>
      {lead.phone && !isMasked(lead.phone) && !lead.do_not_call && (
        <Button
          component="a"
          href={`tel:${lead.phone}`}
          variant="default"
          leftSection={<IconPhone size={16} />}
        >
          {t('call')}
        </Button>
      )}
      {lead.email && !isMasked(lead.email) && !lead.do_not_email && (
        <Button
          component="a"
          href={`mailto:${lead.email}`}
          variant="default"
          leftSection={<IconMail size={16} />}
        >
          {t('mail')}
        </Button>
      )}
      {mayBook && <BookMeeting lead={lead} />}
      {mayDelete && (
        <Menu>
          <Menu.Target>
            <ActionIcon size={36} variant="default" aria-label={t('more')}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={16} />}
              onClick={() => void remove()}
            >
              {t('delete.do')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
