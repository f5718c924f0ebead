import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { CampaignPage } from '@/features/campaigns/campaign-page';
import { campaignQuery } from '@/features/campaigns/queries';
import { campaignSearch } from '@/features/campaigns/search';

export const Route = createFileRoute('/_app/campaigns/$campaignId/')({
  staticData: {
    parent: { label: 'nav.campaigns', to: '/campaigns' },
    permission: 'campaigns:read',
  },
  validateSearch: campaignSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(campaignQuery(params.campaignId));
    return loadTexts('campaigns', 'journeys');
  },
  component: CampaignPage,
});
