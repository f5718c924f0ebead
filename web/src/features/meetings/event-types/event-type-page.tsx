import { Badge, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { Columns, Editor, EditorTabs } from '@/components/editor';
import { CopyLink, ItemSwitch } from '@/components/item-actions';
import { PageHeader } from '@/components/page-header';
import { RecordPage } from '@/components/record-page';
import { useDraft } from '@/components/use-draft';
import { EVENT_TYPES, type EventType, eventTypeQuery } from '../queries';
import { BasicsTab } from './basics-tab';
import { type Draft, draftOf } from './draft';
import { FairnessTab } from './fairness-tab';
import type { TabProps } from './form';
import { HostsTab } from './hosts-tab';
import { bookingLink } from './links';
import { MailsTab } from './mails-tab';
import { PreviewCard } from './preview-card';
import { QuestionsTab } from './questions-tab';
import { TABS, type Tab } from './search';
import { ShareTab } from './share-tab';
import { TimesTab } from './times-tab';

const route = getRouteApi('/_app/meetings/event-types/$eventTypeId');

const PANELS: Record<Tab, (props: TabProps) => React.ReactNode> = {
  basics: BasicsTab,
  hosts: HostsTab,
  times: TimesTab,
  questions: QuestionsTab,
  mails: MailsTab,
  share: ShareTab,
  fairness: FairnessTab,
};
/** Where the field of a refused value is found. */
const TAB_OF: Partial<Record<keyof Draft, Tab>> = {
  title: 'basics',
  slug: 'basics',
  description: 'basics',
  lengths: 'basics',
  location: 'basics',
  hosts: 'hosts',
  questions: 'questions',
  reminders: 'mails',
  cancellation_policy: 'mails',
  booked_stage_id: 'mails',
};

/** Saves what changed. One host has to be left before an event type may belong to one host. */
async function send(
  { id, version: read }: EventType,
  { hosts, ...settings }: Partial<Draft>,
  assignment: Draft['assignment'],
): Promise<void> {
  const path = `${EVENT_TYPES}/${id}`;
  let version = read;
  const sendHosts = async () => {
    if (!hosts) return;
    ({ version } = await request<EventType>('put', `${path}/hosts`, { body: { hosts }, version }));
  };
  const sendSettings = async () => {
    if (Object.keys(settings).length === 0) return;
    ({ version } = await request<EventType>('patch', path, { body: settings, version }));
  };
  for (const part of assignment === 'single'
    ? [sendHosts, sendSettings]
    : [sendSettings, sendHosts]) {
    await part();
  }
}

function EventTypeEditor({ eventType }: { eventType: EventType }) {
  const { t } = useTranslation('meetings/event-types');
  const { tab = 'basics' } = route.useSearch();
  const navigate = route.useNavigate();
  const readOnly = !useMay('meetings:manage');
  const { form, changes, dirty } = useDraft<Draft>(draftOf(eventType), {
    validate: {
      title: (value) => (value.trim() ? null : t('form.titleMissing')),
      slug: (value) => (value ? null : t('form.slugMissing')),
      lengths: (value) => (value.length > 0 ? null : t('form.lengthMissing')),
      hosts: (value, { assignment }) => {
        if (value.length === 0) return t('hosts.none');
        return assignment === 'single' && value.length > 1 ? t('hosts.oneOnly') : null;
      },
      questions: {
        label: (value) => (value.trim() ? null : t('form.questionMissing')),
        options: (value, { questions }, path) => {
          const { kind } = questions[Number(path.split('.')[1])] ?? {};
          return kind === 'select' && value?.length === 0 ? t('form.optionsMissing') : null;
        },
      },
    },
  });
  const show = (next: Tab) =>
    void navigate({ search: (old) => ({ ...old, tab: next === 'basics' ? undefined : next }) });
  const Panel = PANELS[tab];
  return (
    <Editor
      name={eventType.title}
      form={form}
      dirty={dirty}
      readOnly={readOnly}
      unsaved={t('form.unsaved')}
      onSave={() => send(eventType, changes, form.values.assignment)}
      stale={[EVENT_TYPES]}
      onRefused={(field) => show(TAB_OF[field.split('.')[0] as keyof Draft] ?? 'times')}
    >
      <Columns
        share="half"
        sticky
        beside={<PreviewCard eventType={eventType} draft={form.values} />}
      >
        <EditorTabs
          tabs={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
          value={tab}
          onChange={show}
        >
          <Panel eventType={eventType} form={form} readOnly={readOnly} />
        </EditorTabs>
      </Columns>
    </Editor>
  );
}

function Actions({ eventType }: { eventType: EventType }) {
  const { t } = useTranslation('meetings/event-types');
  const mayManage = useMay('meetings:manage');
  const { slug: organisation } = useMe().organisation;
  const { title, active } = eventType;
  return (
    <Group gap="md">
      <ItemSwitch
        list={EVENT_TYPES}
        item={eventType}
        title={title}
        label={t('list.on', { title })}
        beside={t(active ? 'form.on' : 'form.off')}
        disabled={!mayManage}
      />
      <CopyLink
        link={bookingLink(window.location.origin, organisation, eventType.slug)}
        title={title}
      />
    </Group>
  );
}

/** One event type: the form on the left, what visitors see on the right. */
export function EventTypePage() {
  const { t } = useTranslation('meetings/event-types');
  const { eventTypeId } = route.useParams();
  return (
    <RecordPage
      query={useQuery(eventTypeQuery(eventTypeId))}
      title={t('one')}
      gone={{ title: t('notFound'), to: '/meetings/event-types', back: t('back') }}
    >
      {(eventType) => (
        <>
          <PageHeader
            title={eventType.title}
            beside={eventType.hidden && <Badge color="gray">{t('list.hidden')}</Badge>}
            actions={<Actions eventType={eventType} />}
          />
          <EventTypeEditor key={eventType.id} eventType={eventType} />
        </>
      )}
    </RecordPage>
  );
}
