import { Avatar, Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { initials } from '@/app/format';
import { IconCalendar } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { CopyLink, ItemMenu, ItemSwitch } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { CardList, ListPage } from '@/components/list-page';
import { EVENT_TYPES, type EventType, eventTypesQuery } from '../queries';
import { EventTypeDialog } from './event-type-dialog';
import { bookingLink } from './links';

const SHOWN_HOSTS = 4;

function Hosts({ hosts }: Pick<EventType, 'hosts'>) {
  return (
    <Avatar.Group spacing={6} aria-label={hosts.map(({ name }) => name).join(', ')} role="img">
      {hosts.slice(0, SHOWN_HOSTS).map(({ user_id, name }) => (
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
  );
}

function Row({ eventType, mayManage }: { eventType: EventType; mayManage: boolean }) {
  const { t } = useTranslation('meetings/event-types');
  const { slug: organisation } = useMe().organisation;
  const { title, hosts } = eventType;
  const link = bookingLink(window.location.origin, organisation, eventType.slug);
  return (
    <ItemCard
      title={title}
      to={`/meetings/event-types/${eventType.id}`}
      colour={eventType.active ? eventType.colour : 'var(--tw-line)'}
      badges={
        <>
          {eventType.hidden && <Badge color="gray">{t('list.hidden')}</Badge>}
          {hosts.length === 0 && <Badge color="red">{t('list.noHosts')}</Badge>}
        </>
      }
      facts={[
        eventType.lengths.map((count) => t('minutes', { count })).join(', '),
        t(`location.${eventType.location.kind}`),
        hosts.length > 1 && t(`assignment.${eventType.assignment}`),
        eventType.seats > 1 && t('list.seats', { count: eventType.seats }),
      ]}
      actions={
        <>
          <Hosts hosts={hosts} />
          <CopyLink link={link} title={title} />
          {mayManage && (
            <ItemMenu
              list={EVENT_TYPES}
              item={eventType}
              title={title}
              page={{ href: link, label: t('share.open') }}
              remove={{ title: t('delete.title'), text: t('delete.text', { title }) }}
            />
          )}
          <ItemSwitch
            list={EVENT_TYPES}
            item={eventType}
            title={title}
            label={t('list.on', { title })}
            disabled={!mayManage}
          />
        </>
      }
    />
  );
}

/** Kinds of meetings that can be booked, each with its link. */
export function EventTypesPage() {
  const { t } = useTranslation('meetings/event-types');
  const mayManage = useMay('meetings:manage');
  return (
    <ListPage
      query={useQuery(eventTypesQuery())}
      title={t('title')}
      description={t('text')}
      begin={mayManage && { label: t('list.add'), Dialog: EventTypeDialog }}
      empty={{ icon: IconCalendar, title: t('list.empty'), text: t('list.emptyText') }}
    >
      {(eventTypes) => (
        <CardList>
          {eventTypes.map((eventType) => (
            <Row key={eventType.id} eventType={eventType} mayManage={mayManage} />
          ))}
        </CardList>
      )}
    </ListPage>
  );
}
