import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { BeginDialog, EMPTY } from '../begin-dialog';

const BLOCKS = [
  { id: 'heading', kind: 'heading', text: '' },
  { id: 'text', kind: 'text', html: '' },
  { id: 'footer', kind: 'footer', text: '' },
];
const BEGINNING = { default_language: 'en', languages: { en: { blocks: BLOCKS } } };

type Template = Schema<'MailTemplateRead'>;

/** A new mail template, from the library or empty. Texts: load `mail-templates`. */
export function TemplateDialog({ onClose }: { onClose: (made?: Template) => void }) {
  const { t } = useTranslation('mail-templates');
  const library = apiQuery<Schema<'LibraryTemplateRead'>[]>('/api/v1/mail-template-library');
  return (
    <BeginDialog
      title={t('new.title')}
      submit={t('new.add')}
      example={t('new.example')}
      empty={{ name: t('new.empty'), description: t('new.emptyText') }}
      beginnings={useQuery(library).data}
      list="/api/v1/mail-templates"
      body={(name, from) => ({
        name,
        ...(from === EMPTY ? { content: BEGINNING } : { library: from }),
      })}
      onClose={onClose}
    />
  );
}
