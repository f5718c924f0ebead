import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { BeginDialog, EMPTY } from '@/components/begin-dialog';
import { FLOWS, type Flow, templatesQuery } from './queries';

/** A new flow. */
export function FlowDialog({ onClose }: { onClose: (made?: Flow) => void }) {
  const { t } = useTranslation('flows');
  return (
    <BeginDialog
      title={t('new.title')}
      submit={t('new.add')}
      example={t('new.example')}
      empty={{ name: t('new.empty'), description: t('new.emptyText') }}
      beginnings={useQuery(templatesQuery()).data}
      first="bant"
      list={FLOWS}
      body={(name, from) => ({ name, template: from === EMPTY ? null : from })}
      onClose={onClose}
    />
  );
}
