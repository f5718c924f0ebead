import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconSpeakerphone } from '@/app/icons';
import { CampaignsPage } from '@/features/campaigns/campaigns-page';
import { campaignsQuery } from '@/features/campaigns/queries';
import { campaignsSearch } from '@/features/campaigns/search';

export const Route = createFileRoute('/_app/campaigns/')({
  staticData: {
    nav: { label: 'nav.campaigns', icon: IconSpeakerphone, order: 210, go: 'p' },
    crumb: 'nav.campaigns',
    permission: 'campaigns:read',
    create: {
      label: 'create.campaign',
      icon: IconSpeakerphone,
      search: { create: true },
      permission: 'campaigns:write',
    },
  },
  validateSearch: campaignsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(campaignsQuery());
    return loadTexts('campaigns');
  },
  component: CampaignsPage,
});
