import { Badge, Button, Card, CopyButton, Group, Switch, Tabs } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { ApiError, toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { IconCheck, IconLink } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { showServerErrors, useLeaveGuard } from '@/components/api-form';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { SaveBar } from '@/components/save-bar';
import { toastError, toastSuccess } from '@/components/toasts';
import { EVENT_TYPES, type EventType, eventTypeQuery } from '../queries';
import { BasicsTab } from './basics-tab';
import { changesOf, type Draft, draftOf } from './draft';
import classes from './event-types.module.css';
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
};

/** Saves what changed. One host has to be left before an event type may belong to one host. */
async function send(eventType: EventType, draft: Draft): Promise<void> {
  const { settings, hosts } = changesOf(draft, eventType);
  const path = `${EVENT_TYPES}/${eventType.id}`;
  let { version } = eventType;
  const sendHosts = async () => {
    if (!hosts) return;
    ({ version } = await request<EventType>('put', `${path}/hosts`, { body: { hosts }, version }));
  };
  const sendSettings = async () => {
    if (Object.keys(settings).length === 0) return;
    ({ version } = await request<EventType>('patch', path, { body: settings, version }));
  };
  for (const part of draft.assignment === 'single'
    ? [sendHosts, sendSettings]
    : [sendSettings, sendHosts]) {
    await part();
  }
}

function Editor({ eventType }: { eventType: EventType }) {
  const { t } = useTranslation('meetings/event-types');
  const { tab = 'basics' } = route.useSearch();
  const navigate = route.useNavigate();
  const readOnly = !useMay('meetings:manage');
  const [busy, setBusy] = useState(false);
  const form = useForm<Draft>({
    initialValues: draftOf(eventType),
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
  const draft = form.values;
  const { settings, hosts } = changesOf(draft, eventType);
  const dirty = Object.keys(settings).length > 0 || hosts !== undefined;
  useLeaveGuard(dirty && !busy, false);
  const show = (next: Tab) =>
    void navigate({ search: (old) => ({ ...old, tab: next === 'basics' ? undefined : next }) });
  const showProblem = (errors: object) => {
    const field = Object.keys(errors)[0]?.split('.')[0] as keyof Draft | undefined;
    if (field) show(TAB_OF[field] ?? 'times');
  };
  const save = async () => {
    const { hasErrors, errors } = form.validate();
    if (hasErrors) return showProblem(errors);
    setBusy(true);
    try {
      await send(eventType, draft);
      toastSuccess(t('form.saved'));
    } catch (reason) {
      const changed = reason instanceof ApiError && reason.status === 412;
      const rest = showServerErrors(form, reason);
      if (rest || changed) toastError(t(changed ? 'form.changed' : 'form.notSaved'), reason);
      else showProblem(toApiError(reason).fields);
    }
    await invalidatePaths(EVENT_TYPES);
    setBusy(false);
  };
  const Panel = PANELS[tab];
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
      }}
    >
      <div className={classes.columns}>
        <Card>
          <Tabs value={tab} onChange={(next) => show(next as Tab)} keepMounted={false}>
            <Tabs.List className={classes.tabs}>
              {TABS.map((value) => (
                <Tabs.Tab key={value} value={value}>
                  {t(`tab.${value}`)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value={tab} pt="md">
              <Panel eventType={eventType} form={form} readOnly={readOnly} />
            </Tabs.Panel>
          </Tabs>
        </Card>
        <div className={classes.beside}>
          <PreviewCard eventType={eventType} draft={draft} />
        </div>
      </div>
      {dirty && !readOnly && (
        <SaveBar
          busy={busy}
          text={t('form.unsaved')}
          onDiscard={() => form.setValues(draftOf(eventType))}
        />
      )}
    </form>
  );
}

function Actions({ eventType }: { eventType: EventType }) {
  const { t } = useTranslation('meetings/event-types');
  const mayManage = useMay('meetings:manage');
  const { slug: organisation } = useMe().organisation;
  const turn = async (active: boolean) => {
    try {
      await request('patch', `${EVENT_TYPES}/${eventType.id}`, {
        body: { active },
        version: eventType.version,
      });
    } catch (reason) {
      toastError(t('form.notSaved'), reason);
    }
    await invalidatePaths(EVENT_TYPES);
  };
  return (
    <Group gap="md">
      <Switch
        label={t(eventType.active ? 'form.on' : 'form.off')}
        aria-label={t('list.on', { title: eventType.title })}
        checked={eventType.active}
        disabled={!mayManage}
        onChange={(event) => void turn(event.currentTarget.checked)}
      />
      <CopyButton value={bookingLink(window.location.origin, organisation, eventType.slug)}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            leftSection={copied ? <IconCheck size={16} /> : <IconLink size={16} />}
            onClick={copy}
          >
            {t(copied ? 'copied' : 'list.link')}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}

/** One event type: the form on the left, what visitors see on the right. */
export function EventTypePage() {
  const { t } = useTranslation('meetings/event-types');
  const { eventTypeId } = route.useParams();
  const { data: eventType, error, refetch } = useQuery(eventTypeQuery(eventTypeId));
  if (error && !eventType) {
    return [404, 422].includes(toApiError(error).status) ? (
      <NotFoundState title={t('notFound')} to="/meetings/event-types" back={t('back')} />
    ) : (
      <ErrorState error={error} order={1} onRetry={() => void refetch()} />
    );
  }
  if (!eventType) {
    return (
      <Page>
        <PageHeader title={t('one')} />
        <LoadingLines lines={12} height={24} />
      </Page>
    );
  }
  return (
    <Page>
      <PageHeader
        title={eventType.title}
        beside={eventType.hidden && <Badge color="gray">{t('list.hidden')}</Badge>}
        actions={<Actions eventType={eventType} />}
      />
      <Editor key={eventType.version} eventType={eventType} />
    </Page>
  );
}
