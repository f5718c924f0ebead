import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { BeginDialog, EMPTY } from '@/components/begin-dialog';
import { JOURNEYS, type Journey, templatesQuery } from './queries';

/** A new journey. */
export function JourneyDialog({ onClose }: { onClose: (made?: Journey) => void }) {
  const { t } = useTranslation('journeys');
  return (
    <BeginDialog
      title={t('new.title')}
      submit={t('new.add')}
      example={t('new.example')}
      empty={{ name: t('new.empty'), description: t('new.emptyText') }}
      beginnings={useQuery(templatesQuery()).data}
      list={JOURNEYS}
      body={(name, from) => ({ name, template: from === EMPTY ? null : from })}
      onClose={onClose}
    />
  );
}
