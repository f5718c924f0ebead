import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { BeginDialog, EMPTY } from '@/components/begin-dialog';
import { blankBlock } from './draft';
import { libraryQuery, TEMPLATES, type Template } from './queries';

const BEGINNING = {
  default_language: 'en',
  languages: {
    en: {
      blocks: [blankBlock([], 'heading'), blankBlock([], 'text'), blankBlock([], 'footer')],
    },
  },
};

/** A new template. */
export function TemplateDialog({ onClose }: { onClose: (made?: Template) => void }) {
  const { t } = useTranslation('mail-templates');
  return (
    <BeginDialog
      title={t('new.title')}
      submit={t('new.add')}
      example={t('new.example')}
      empty={{ name: t('new.empty'), description: t('new.emptyText') }}
      beginnings={useQuery(libraryQuery()).data}
      onClose={() => onClose()}
      onSubmit={async (name, from) => {
        const body = { name, ...(from === EMPTY ? { content: BEGINNING } : { library: from }) };
        const made = await request<Template>('post', TEMPLATES, { body });
        await invalidatePaths(TEMPLATES);
        onClose(made);
      }}
    />
  );
}
