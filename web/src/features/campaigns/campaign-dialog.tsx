import { useTranslation } from 'react-i18next';
import { BeginDialog } from '@/components/begin-dialog';
import { messagesOf, PRESETS } from './presets';
import { CAMPAIGNS, type Campaign } from './queries';

/** A new campaign: its name, and what it begins with. */
export function CampaignDialog({ onClose }: { onClose: (made?: Campaign) => void }) {
  const { t } = useTranslation('campaigns');
  return (
    <BeginDialog
      title={t('new.title')}
      submit={t('new.add')}
      example={t('new.example')}
      empty={{ name: t('new.empty'), description: t('new.emptyText') }}
      beginnings={PRESETS.map(({ key }) => ({
        key,
        name: t(`new.${key}`),
        description: t(`new.${key}Text`),
      }))}
      first="news"
      list={CAMPAIGNS}
      body={(name, from) => {
        const preset = PRESETS.find(({ key }) => key === from);
        return preset
          ? { name, draft: { goal: { kind: preset.goal }, messages: messagesOf(preset) } }
          : { name };
      }}
      onClose={onClose}
    />
  );
}
