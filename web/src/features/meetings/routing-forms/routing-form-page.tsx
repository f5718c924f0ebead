import { Card, Group, Switch, Tabs } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { ApiError, toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { useMay } from '@/app/permissions';
import { showServerErrors, useLeaveGuard } from '@/components/api-form';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { SaveBar } from '@/components/save-bar';
import { toastError, toastSuccess } from '@/components/toasts';
import { ROUTING_FORMS, type RoutingForm, routingFormQuery } from '../queries';
import { turn } from './actions';
import { AnswersTab } from './answers-tab';
import { BasicsTab } from './basics-tab';
import { CopyLink } from './copy-link';
import { changesOf, type Draft, draftOf, ruleProblems, targetProblem } from './draft';
import type { TabProps } from './form';
import { QuestionsTab } from './questions-tab';
import classes from './routing-forms.module.css';
import { RulesTab } from './rules-tab';
import { TABS, type Tab } from './search';
import { TryCard } from './try-card';

const route = getRouteApi('/_app/meetings/routing-forms/$formId');

const PANELS: Record<Tab, (props: TabProps) => React.ReactNode> = {
  questions: QuestionsTab,
  rules: RulesTab,
  basics: BasicsTab,
  answers: AnswersTab,
};
/** Where the field of a refused value is found. */
const TAB_OF: Record<keyof Draft, Tab> = {
  title: 'basics',
  slug: 'basics',
  description: 'basics',
  questions: 'questions',
  rules: 'rules',
  fallback: 'rules',
};

/** What is wrong with a draft: keys of texts by the places of the fields. */
function problemsOf({ title, slug, questions, rules, fallback }: Draft): Record<string, string> {
  const found: Record<string, string> = {};
  if (!title.trim()) found.title = 'problem.title';
  if (!slug) found.slug = 'problem.slug';
  if (questions.length === 0) found.questions = 'problem.noQuestions';
  questions.forEach(({ label, kind, options }, index) => {
    if (!label.trim()) found[`questions.${index}.label`] = 'problem.label';
    if (kind === 'select' && options.length === 0)
      found[`questions.${index}.options`] = 'problem.options';
  });
  rules.forEach((rule, index) => {
    for (const [field, problem] of Object.entries(ruleProblems(rule, questions)))
      found[`rules.${index}.${field}`] = problem;
  });
  const problem = targetProblem(fallback);
  if (problem) found.fallback = problem;
  return found;
}

function Editor({ routingForm }: { routingForm: RoutingForm }) {
  const { t } = useTranslation('meetings/routing-forms');
  const { tab = 'questions' } = route.useSearch();
  const navigate = route.useNavigate();
  const readOnly = !useMay('meetings:manage');
  const [busy, setBusy] = useState(false);
  const form = useForm<Draft>({
    initialValues: draftOf(routingForm),
    validate: (draft) =>
      Object.fromEntries(
        Object.entries(problemsOf(draft)).map(([field, problem]) => [field, t(problem)]),
      ),
  });
  const changes = changesOf(form.values, routingForm);
  const dirty = Object.keys(changes).length > 0;
  useLeaveGuard(dirty && !busy, false);
  const show = (next: Tab) =>
    void navigate({ search: { tab: next === 'questions' ? undefined : next } });
  const showProblem = (errors: object) => {
    const field = Object.keys(errors)[0]?.split('.')[0] as keyof Draft | undefined;
    if (field && TAB_OF[field]) show(TAB_OF[field]);
  };
  const save = async () => {
    const { hasErrors, errors } = form.validate();
    if (hasErrors) return showProblem(errors);
    setBusy(true);
    try {
      await request('patch', `${ROUTING_FORMS}/${routingForm.id}`, {
        body: changes,
        version: routingForm.version,
      });
      toastSuccess(t('form.saved'));
    } catch (reason) {
      const changed = reason instanceof ApiError && reason.status === 412;
      const rest = showServerErrors(form, reason);
      if (rest || changed) toastError(t(changed ? 'form.changed' : 'form.notSaved'), reason);
      else showProblem(toApiError(reason).fields);
    }
    await invalidatePaths(ROUTING_FORMS);
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
            <Panel routingForm={routingForm} form={form} readOnly={readOnly} />
          </Tabs.Panel>
        </Tabs>
      </Card>
      {dirty && !readOnly && (
        <SaveBar
          busy={busy}
          onDiscard={() => {
            form.setValues(draftOf(routingForm));
            form.clearErrors();
          }}
        />
      )}
    </form>
  );
}

function Actions({ routingForm }: { routingForm: RoutingForm }) {
  const { t } = useTranslation('meetings/routing-forms');
  const mayManage = useMay('meetings:manage');
  return (
    <Group gap="md">
      <Switch
        label={t(routingForm.active ? 'form.on' : 'form.off')}
        aria-label={t('list.on', { title: routingForm.title })}
        checked={routingForm.active}
        disabled={!mayManage}
        onChange={(event) => void turn(routingForm, event.currentTarget.checked)}
      />
      <CopyLink form={routingForm} />
    </Group>
  );
}

/** One routing form: the editor on the left, answers tried out on the right. */
export function RoutingFormPage() {
  const { t } = useTranslation('meetings/routing-forms');
  const { formId } = route.useParams();
  const { data, error, refetch } = useQuery(routingFormQuery(formId));
  if (error && !data) {
    return [404, 422].includes(toApiError(error).status) ? (
      <NotFoundState title={t('notFound')} to="/meetings/routing-forms" back={t('back')} />
    ) : (
      <ErrorState error={error} order={1} onRetry={() => void refetch()} />
    );
  }
  if (!data) {
    return (
      <Page>
        <PageHeader title={t('one')} />
        <LoadingLines lines={12} height={24} />
      </Page>
    );
  }
  return (
    <Page>
      <PageHeader title={data.title} actions={<Actions routingForm={data} />} />
      <div className={classes.columns}>
        <Editor key={data.version} routingForm={data} />
        <div className={classes.beside}>
          <TryCard key={data.version} routingForm={data} />
        </div>
      </div>
    </Page>
  );
}
