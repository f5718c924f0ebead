import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { useMay } from '@/app/permissions';
import { Columns, Editor } from '@/components/editor';
import { ItemSwitch } from '@/components/item-actions';
import { PageHeader } from '@/components/page-header';
import { RecordPage } from '@/components/record-page';
import { useDraft } from '@/components/use-draft';
import { bodyOf, type Draft, draftOf, type Language } from './draft';
import { IdentityCard } from './identity-card';
import { InstallCard } from './install-card';
import { LookCard } from './look-card';
import { PreviewCard } from './preview-card';
import { ofForm, WIDGETS, type Widget, widgetQuery } from './queries';
import { RulesCard } from './rules-card';
import { SeenBadge } from './seen';
import { WordsCard } from './words-card';

const route = getRouteApi('/_app/agents/widgets/$widgetId');

function Content({ widget }: { widget: Widget }) {
  const { t } = useTranslation('chat-widgets');
  const mayWrite = useMay('agents:write');
  const [language, setLanguage] = useState<Language>('en');
  const { form, changes, dirty } = useDraft<Draft>(draftOf(widget), {
    validate: { name: (value) => (value.trim() ? null : t('fields.nameMissing')) },
  });
  return (
    <>
      <PageHeader
        title={widget.name}
        beside={<SeenBadge widget={widget} />}
        actions={
          <ItemSwitch
            list={WIDGETS}
            item={widget}
            title={widget.name}
            label={t('list.on', { name: widget.name })}
            beside={t(widget.active ? 'state.on' : 'state.off')}
            disabled={!mayWrite}
          />
        }
      />
      <Columns
        share="fifths"
        sticky
        beside={<PreviewCard draft={form.values} language={language} onLanguage={setLanguage} />}
      >
        <Editor
          name={widget.name}
          form={form}
          dirty={dirty}
          readOnly={!mayWrite}
          stale={[WIDGETS]}
          onSave={async () => {
            try {
              await request('patch', `${WIDGETS}/${widget.id}`, {
                body: bodyOf(changes),
                version: widget.version,
              });
            } catch (reason) {
              throw ofForm(reason);
            }
          }}
        >
          <Stack gap="md">
            <InstallCard widget={widget} />
            <LookCard form={form} readOnly={!mayWrite} />
            <WordsCard
              form={form}
              readOnly={!mayWrite}
              language={language}
              onLanguage={setLanguage}
            />
            <RulesCard form={form} readOnly={!mayWrite} />
            {mayWrite && <IdentityCard widget={widget} />}
          </Stack>
        </Editor>
      </Columns>
    </>
  );
}

/** One widget: how to put it on a site, its settings, and what visitors will see. */
export function WidgetPage() {
  const { t } = useTranslation('chat-widgets');
  const { widgetId } = route.useParams();
  const query = useQuery(widgetQuery(widgetId));
  return (
    <RecordPage
      query={query}
      title={t('one')}
      gone={{ title: t('notFound'), to: '/agents/widgets', back: t('back') }}
    >
      {(widget) => <Content key={widget.id} widget={widget} />}
    </RecordPage>
  );
}
