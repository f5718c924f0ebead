import { Button, Card, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconArrowLeft } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useLeaveGuard } from '@/components/api-form';
import { Columns, EditorTabs } from '@/components/editor';
import { LinkButton } from '@/components/link-anchor';
import { MailPreview } from '@/components/mail/mail-preview';
import { TestDialog } from '@/components/mail/test-dialog';
import { PageHeader } from '@/components/page-header';
import { RecordPage } from '@/components/record-page';
import { SaveLine, undoByKey } from '@/components/save-line';
import { toastError } from '@/components/toasts';
import { useAutosaved } from '@/components/use-autosaved';
import { ContentTab } from './content-tab';
import { DetailsTab } from './details-tab';
import { draftOf, type TemplateEditor } from './draft';
import { LanguageBar, languageName } from './language-bar';
import { LinksDialog } from './links-dialog';
import { LookTab } from './look-tab';
import classes from './mail-templates.module.css';
import { ProblemsCard } from './problems-card';
import { PublishDialog } from './publish-dialog';
import { type LinkChecked, TEMPLATES, type Template, templateQuery } from './queries';
import { TABS, type Tab } from './search';
import { StateBadges } from './state-badges';
import { VersionsTab } from './versions-tab';

const route = getRouteApi('/_app/email/templates/$templateId');

function Actions({
  template,
  editor,
  language,
}: {
  template: Template;
  editor: TemplateEditor;
  language: string;
}) {
  const { t } = useTranslation('mail-templates');
  const { person, campaign } = route.useSearch();
  const mayWrite = useMay('email:write');
  const [dialog, setDialog] = useState<'publish' | 'test'>();
  const [checking, setChecking] = useState(false);
  const [links, setLinks] = useState<LinkChecked[]>();
  const check = async () => {
    setChecking(true);
    try {
      await editor.flush();
      setLinks(await request<LinkChecked[]>('post', `${TEMPLATES}/${template.id}/check-links`));
    } catch (reason) {
      toastError(t('links.failed'), reason);
    }
    setChecking(false);
    await invalidatePaths(TEMPLATES);
  };
  const open = async (next: 'publish' | 'test') => {
    if (await editor.flush()) setDialog(next);
  };
  const errors = template.problems.some(({ severity }) => severity === 'error');
  return (
    <Group gap="sm">
      <StateBadges template={template} />
      {campaign && (
        <LinkButton
          variant="default"
          leftSection={<IconArrowLeft size={16} />}
          to="/campaigns/$campaignId/edit"
          params={{ campaignId: campaign }}
          search={{ step: 'content' }}
        >
          {t('toCampaign')}
        </LinkButton>
      )}
      {mayWrite && !template.archived && (
        <>
          <Button variant="default" loading={checking} onClick={() => void check()}>
            {t('links.check')}
          </Button>
          <Button variant="default" onClick={() => void open('test')}>
            {t('test.open')}
          </Button>
          <Button
            disabled={!template.unpublished_changes || errors || editor.state === 'conflict'}
            onClick={() => void open('publish')}
          >
            {t('publish.open')}
          </Button>
        </>
      )}
      {dialog === 'publish' && (
        <PublishDialog template={template} onClose={() => setDialog(undefined)} />
      )}
      {dialog === 'test' && (
        <TestDialog
          templateId={template.id}
          language={language}
          personId={person}
          onClose={() => setDialog(undefined)}
        />
      )}
      {links && <LinksDialog found={links} onClose={() => setLinks(undefined)} />}
    </Group>
  );
}

function Page({ template }: { template: Template }) {
  const { t } = useTranslation('mail-templates');
  const { tab = 'content', language: asked, view, dark, person } = route.useSearch();
  const navigate = route.useNavigate();
  const readOnly = !useMay('email:write') || template.archived;
  const editor = useAutosaved(template, { list: TEMPLATES, draftOf, readOnly });
  const [open, setOpen] = useState<string>();
  useLeaveGuard(editor.state !== 'saved' && !readOnly, false);
  const content = editor.draft.draft;
  const fallback = content.default_language ?? 'en';
  const language = asked && content.languages?.[asked] ? asked : fallback;
  const change = (next: object) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const show = (next: Tab) => change({ tab: next === 'content' ? undefined : next });
  const speak = (next: string) => change({ language: next });
  return (
    <>
      <PageHeader
        title={editor.draft.name || template.name}
        actions={<Actions template={template} editor={editor} language={language} />}
      />
      <Columns
        share="half"
        sticky
        beside={
          <MailPreview
            templateId={template.id}
            version={template.version}
            language={language}
            block={open}
            shown={{ view, dark, person }}
            onShow={change}
          />
        }
      >
        <div className={classes.pane} onKeyDownCapture={readOnly ? undefined : undoByKey(editor)}>
          <Card>
            <div className={classes.bar}>
              <LanguageBar
                editor={editor}
                language={language}
                onChange={speak}
                readOnly={readOnly}
              />
              {!readOnly && <SaveLine editor={editor} at={template.updated_at} />}
            </div>
          </Card>
          <EditorTabs
            tabs={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
            value={tab}
            onChange={show}
          >
            {tab === 'content' && (
              <ContentTab
                editor={editor}
                language={language}
                problems={template.problems}
                open={open}
                onOpen={setOpen}
                readOnly={readOnly}
              />
            )}
            {tab === 'look' && <LookTab editor={editor} readOnly={readOnly} />}
            {tab === 'details' && (
              <DetailsTab
                editor={editor}
                language={language}
                languageName={languageName(language)}
                readOnly={readOnly}
              />
            )}
            {tab === 'versions' && (
              <VersionsTab template={template} editor={editor} readOnly={readOnly} />
            )}
          </EditorTabs>
          <ProblemsCard
            problems={template.problems}
            onShow={(problem) => {
              change({ tab: undefined, language: problem.language ?? undefined });
              setOpen(problem.block ?? undefined);
            }}
          />
        </div>
      </Columns>
    </>
  );
}

/** One template: its blocks on the left, the mail on the right. */
export function TemplatePage() {
  const { t } = useTranslation('mail-templates');
  const { templateId } = route.useParams();
  return (
    <RecordPage
      query={useQuery(templateQuery(templateId))}
      title={t('one')}
      gone={{ title: t('notFound'), to: '/email/templates', back: t('back') }}
    >
      {(template) => <Page key={template.id} template={template} />}
    </RecordPage>
  );
}
