import { Group } from '@mantine/core';
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
import { ROUTING_FORMS, type RoutingForm, routingFormQuery } from '../queries';
import { AnswersTab } from './answers-tab';
import { BasicsTab } from './basics-tab';
import { type Draft, draftOf, ruleProblems, targetProblem } from './draft';
import type { TabProps } from './form';
import { formLink } from './links';
import { QuestionsTab } from './questions-tab';
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

function RoutingFormEditor({ routingForm }: { routingForm: RoutingForm }) {
  const { t } = useTranslation('meetings/routing-forms');
  const { tab = 'questions' } = route.useSearch();
  const navigate = route.useNavigate();
  const readOnly = !useMay('meetings:manage');
  const { form, changes, dirty } = useDraft<Draft>(draftOf(routingForm), {
    validate: (draft) =>
      Object.fromEntries(
        Object.entries(problemsOf(draft)).map(([field, problem]) => [field, t(problem)]),
      ),
  });
  const show = (next: Tab) =>
    void navigate({ search: { tab: next === 'questions' ? undefined : next } });
  const Panel = PANELS[tab];
  return (
    <Editor
      name={routingForm.title}
      form={form}
      dirty={dirty}
      readOnly={readOnly}
      onSave={() =>
        request('patch', `${ROUTING_FORMS}/${routingForm.id}`, {
          body: changes,
          version: routingForm.version,
        })
      }
      stale={[ROUTING_FORMS]}
      onRefused={(field) => show(TAB_OF[field.split('.')[0] as keyof Draft] ?? tab)}
    >
      <EditorTabs
        tabs={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
        value={tab}
        onChange={show}
      >
        <Panel routingForm={routingForm} form={form} readOnly={readOnly} />
      </EditorTabs>
    </Editor>
  );
}

function Actions({ routingForm }: { routingForm: RoutingForm }) {
  const { t } = useTranslation('meetings/routing-forms');
  const mayManage = useMay('meetings:manage');
  const { slug: organisation } = useMe().organisation;
  const { title, active } = routingForm;
  return (
    <Group gap="md">
      <ItemSwitch
        list={ROUTING_FORMS}
        item={routingForm}
        title={title}
        label={t('list.on', { title })}
        beside={t(active ? 'form.on' : 'form.off')}
        disabled={!mayManage}
      />
      <CopyLink
        link={formLink(window.location.origin, organisation, routingForm.slug)}
        title={title}
      />
    </Group>
  );
}

/** One routing form: the editor on the left, answers tried out on the right. */
export function RoutingFormPage() {
  const { t } = useTranslation('meetings/routing-forms');
  const { formId } = route.useParams();
  return (
    <RecordPage
      query={useQuery(routingFormQuery(formId))}
      title={t('one')}
      gone={{ title: t('notFound'), to: '/meetings/routing-forms', back: t('back') }}
    >
      {(routingForm) => (
        <>
          <PageHeader title={routingForm.title} actions={<Actions routingForm={routingForm} />} />
          <Columns sticky beside={<TryCard key={routingForm.version} routingForm={routingForm} />}>
            <RoutingFormEditor key={routingForm.id} routingForm={routingForm} />
          </Columns>
        </>
      )}
    </RecordPage>
  );
}
