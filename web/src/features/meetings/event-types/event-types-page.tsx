import {
  ActionIcon,
  Avatar,
  Badge,
  Button,
  Card,
  CopyButton,
  Group,
  Menu,
  Stack,
  Switch,
  Text,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { patchCached } from '@/api/optimistic';
import { invalidatePaths } from '@/api/query-client';
import { initials } from '@/app/format';
import {
  IconCalendar,
  IconCheck,
  IconDots,
  IconExternalLink,
  IconLink,
  IconPlus,
  IconTrash,
} from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { askConfirm } from '@/components/confirm';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines, StillLoading } from '@/components/page-states';
import { toastError, toastRolledBack, toastSuccess } from '@/components/toasts';
import { EVENT_TYPES, type EventType, eventTypesQuery } from '../queries';
import { EventTypeDialog } from './event-type-dialog';
import classes from './event-types.module.css';
import { bookingLink } from './links';

const route = getRouteApi('/_app/meetings/event-types/');
const SHOWN_HOSTS = 4;

async function turn(eventType: EventType, active: boolean) {
  const undo = await patchCached(EVENT_TYPES, eventType.id, { active });
  try {
    await request('patch', `${EVENT_TYPES}/${eventType.id}`, {
      body: { active },
      version: eventType.version,
    });
  } catch (reason) {
    undo();
    toastRolledBack(eventType.title, reason);
  }
  await invalidatePaths(EVENT_TYPES);
}

function More({ eventType, link }: { eventType: EventType; link: string }) {
  const { t } = useTranslation('meetings/event-types');
  const { title } = eventType;
  const remove = async () => {
    const sure = await askConfirm({
      title: t('delete.title'),
      message: t('delete.text', { title }),
      confirm: t('delete.do'),
    });
    if (!sure) return;
    try {
      await request('delete', `${EVENT_TYPES}/${eventType.id}`, { version: eventType.version });
      toastSuccess(t('delete.done', { title }));
    } catch (reason) {
      toastError(t('delete.failed', { title }), reason);
    }
    await invalidatePaths(EVENT_TYPES);
  };
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t('list.more', { title })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component="a"
          href={link}
          target="_blank"
          rel="noopener"
          leftSection={<IconExternalLink size={16} />}
        >
          {t('share.open')}
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => void remove()}>
          {t('delete.do')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Row({ eventType, mayManage }: { eventType: EventType; mayManage: boolean }) {
  const { t } = useTranslation('meetings/event-types');
  const { slug: organisation } = useMe().organisation;
  const { id, title, hosts, active } = eventType;
  const link = bookingLink(window.location.origin, organisation, eventType.slug);
  const shown = hosts.slice(0, SHOWN_HOSTS);
  return (
    <Card
      component="li"
      className={classes.card}
      style={{ '--event-type': eventType.colour }}
      data-off={!active || undefined}
    >
      <Group justify="space-between" gap="sm">
        <Stack gap={4} className={classes.main}>
          <Group gap="xs">
            <LinkAnchor
              fw={600}
              c="inherit"
              className="tw-truncate"
              title={title}
              to={`/meetings/event-types/${id}` as never}
            >
              {title}
            </LinkAnchor>
            {eventType.hidden && <Badge color="gray">{t('list.hidden')}</Badge>}
            {hosts.length === 0 && <Badge color="red">{t('list.noHosts')}</Badge>}
          </Group>
          <Text size="xs" c="dimmed">
            {[
              eventType.lengths.map((count) => t('minutes', { count })).join(', '),
              t(`location.${eventType.location.kind}`),
              hosts.length > 1 && t(`assignment.${eventType.assignment}`),
              eventType.seats > 1 && t('list.seats', { count: eventType.seats }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </Stack>
        <Group gap={6}>
          <Avatar.Group
            spacing={6}
            aria-label={hosts.map(({ name }) => name).join(', ')}
            role="img"
          >
            {shown.map(({ user_id, name }) => (
              <Avatar key={user_id} size={24} color="blue" title={name} aria-hidden>
                {initials(name)}
              </Avatar>
            ))}
            {hosts.length > SHOWN_HOSTS && (
              <Avatar size={24} aria-hidden>
                +{hosts.length - SHOWN_HOSTS}
              </Avatar>
            )}
          </Avatar.Group>
          <CopyButton value={link}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                px="sm"
                leftSection={copied ? <IconCheck size={16} /> : <IconLink size={16} />}
                aria-label={t('list.copyLink', { title })}
                onClick={copy}
              >
                {t(copied ? 'copied' : 'list.link')}
              </Button>
            )}
          </CopyButton>
          {mayManage && <More eventType={eventType} link={link} />}
          <Switch
            aria-label={t('list.on', { title })}
            checked={active}
            disabled={!mayManage}
            onChange={(event) => void turn(eventType, event.currentTarget.checked)}
          />
        </Group>
      </Group>
    </Card>
  );
}

/** Kinds of meetings that can be booked, each with its link. */
export function EventTypesPage() {
  const { t } = useTranslation('meetings/event-types');
  const { create } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(eventTypesQuery());
  const mayManage = useMay('meetings:manage');
  const open = (value?: boolean) => void navigate({ search: value ? { create: value } : {} });
  const add = mayManage && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => open(true)}>
      {t('list.add')}
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title={t('title')}
        count={data?.length}
        description={t('text')}
        actions={data && data.length > 0 && add}
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <>
          <LoadingLines lines={4} height={64} />
          <StillLoading onRetry={() => void refetch()} />
        </>
      )}
      {data?.length === 0 && (
        <EmptyState icon={IconCalendar} title={t('list.empty')} action={add}>
          {t('list.emptyText')}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <Stack component="ul" gap="sm" m={0} p={0}>
          {data.map((eventType) => (
            <Row key={eventType.id} eventType={eventType} mayManage={mayManage} />
          ))}
        </Stack>
      )}
      {create && mayManage && (
        <EventTypeDialog
          onClose={(made) =>
            made ? void navigate({ to: `/meetings/event-types/${made.id}` as never }) : open()
          }
        />
      )}
    </Page>
  );
}
