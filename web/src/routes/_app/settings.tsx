import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconSettings } from '@/app/icons';
import { SettingsLayout } from '@/features/settings/settings-layout';

export const Route = createFileRoute('/_app/settings')({
  staticData: {
    nav: { label: 'nav.settings', icon: IconSettings, order: 910 },
    crumb: 'nav.settings',
  },
  loader: () => loadTexts('settings'),
  component: SettingsLayout,
});
