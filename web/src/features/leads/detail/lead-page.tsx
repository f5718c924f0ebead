import { Avatar, Group, Skeleton, Stack, Tabs } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { initials } from '@/app/format';
import { leadName } from '@/app/lead-name';
import { ActivityTimeline } from '@/components/activity-timeline';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState, StillLoading } from '@/components/page-states';
import { ScoreBadge } from '@/components/score-badge';
import { type Lead, leadQuery } from '../queries';
import { StatusMenu } from '../status-menu';
import { CampaignsCard } from './campaigns-card';
import { Composer } from './composer';
import { ConsentCard } from './consent-card';
import { DealsCard } from './deals-card';
import classes from './detail.module.css';
import { DetailsPanel, useLeadSave } from './details-panel';
import { DuplicatesHint, MergesNote } from './duplicates-card';
import { FilesCard } from './files-card';
import { Actions, TopLine } from './lead-head';
import { MessagesCard } from './messages-card';
import { NoteActions } from './note-actions';
import { NoteEditor } from './note-editor';
import { ScorePanel } from './score-panel';
import { TABS, type Tab } from './search';
import { SecretsCard } from './secrets-card';
import { TasksCard } from './tasks-card';
import { VisitsCard } from './visits-card';

const route = getRouteApi('/_app/leads/$leadId');

function Waiting({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation('leads/detail');
  return (
    <>
      <PageHeader title={t('loading')} />
      <div className={classes.columns} aria-busy>
        {['details', 'activity', 'related'].map((area) => (
          <div key={area} className={classes[area]}>
            <div className={classes.card}>
              <Skeleton height={20} width="50%" mb="md" />
              <LoadingLines lines={9} />
            </div>
          </div>
        ))}
      </div>
      <StillLoading onRetry={onRetry} />
    </>
  );
}

function Content({ lead }: { lead: Lead }) {
  const { t } = useTranslation('leads/detail');
  const { tab = 'activity', kind } = route.useSearch();
  const navigate = route.useNavigate();
  const narrow = useMediaQuery('(max-width: 63.99em)', undefined, {
    getInitialValueInEffect: false,
  });
  const save = useLeadSave();
  const [noteId, setNoteId] = useState<string>();
  const details = (
    <Stack gap="md" className={classes.details}>
      <ScorePanel leadId={lead.id} />
      <DetailsPanel lead={lead} save={save} />
    </Stack>
  );
  const activity = (
    <Stack gap="md" className={classes.activity}>
      <DuplicatesHint lead={lead} />
      <Composer key={lead.id} leadId={lead.id} />
      <ActivityTimeline
        path={`/api/v1/leads/${lead.id}/timeline`}
        kind={kind}
        onKind={(next) =>
          void navigate({ search: (old) => ({ ...old, kind: next }), replace: true })
        }
        actions={(entry) => <NoteActions entry={entry} onEdit={setNoteId} />}
        empty={t('noTimeline')}
      />
      {noteId && (
        <NoteEditor leadId={lead.id} noteId={noteId} onClose={() => setNoteId(undefined)} />
      )}
    </Stack>
  );
  const related = (
    <Stack gap="md" className={classes.related}>
      <TasksCard leadId={lead.id} />
      <DealsCard lead={lead} />
      <CampaignsCard leadId={lead.id} />
      <MessagesCard leadId={lead.id} />
      <FilesCard leadId={lead.id} />
      <ConsentCard leadId={lead.id} />
      <SecretsCard leadId={lead.id} />
      <VisitsCard leadId={lead.id} />
      <MergesNote leadId={lead.id} />
    </Stack>
  );
  if (!narrow) {
    return (
      <div className={classes.columns}>
        {details}
        {activity}
        {related}
      </div>
    );
  }
  const panels: Record<Tab, React.ReactNode> = { activity, details, related };
  return (
    <Tabs
      value={tab}
      onChange={(next) =>
        void navigate({
          search: (old) => ({ ...old, tab: next === 'activity' ? undefined : (next as never) }),
        })
      }
    >
      <Tabs.List grow>
        {TABS.map((value) => (
          <Tabs.Tab key={value} value={value}>
            {t(`tab.${value}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map((value) => (
        <Tabs.Panel key={value} value={value} pt="md">
          {panels[value]}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

/** One lead: who it is, what happened, what is to be done. */
export function LeadPage() {
  const { t } = useTranslation('leads/detail');
  const { leadId } = route.useParams();
  const { data: lead, error, refetch } = useQuery(leadQuery(leadId));
  if (error && !lead) {
    return [404, 422].includes(toApiError(error).status) ? (
      <NotFoundState title={t('notFound')} to="/leads" back={t('back')} />
    ) : (
      <ErrorState error={error} order={1} onRetry={() => void refetch()} />
    );
  }
  const name = lead && leadName(lead, t('unnamed'));
  const work = lead && [lead.job_title, lead.company_name].filter(Boolean).join(' · ');
  return (
    <Page>
      <TopLine leadId={leadId} />
      {lead ? (
        <>
          <div className={classes.head}>
            <Avatar size={48} color="blue" aria-hidden>
              {initials(name ?? '')}
            </Avatar>
            <PageHeader
              title={name ?? ''}
              description={
                <Group gap="sm" mt={4}>
                  <StatusMenu lead={lead} />
                  <ScoreBadge score={lead.score} band={lead.score_band} />
                  {work && <span>{work}</span>}
                </Group>
              }
              actions={<Actions lead={lead} />}
            />
          </div>
          <Content key={lead.id} lead={lead} />
        </>
      ) : (
        <Waiting onRetry={() => void refetch()} />
      )}
    </Page>
  );
}
