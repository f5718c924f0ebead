import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { campaignQuery, segmentsQuery, templatesQuery } from '@/features/campaigns/queries';
import { wizardSearch } from '@/features/campaigns/search';
import { WizardPage } from '@/features/campaigns/wizard/wizard-page';

export const Route = createFileRoute('/_app/campaigns/$campaignId/edit')({
  staticData: {
    parent: { label: 'nav.campaigns', to: '/campaigns' },
    permission: 'campaigns:read',
  },
  validateSearch: wizardSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(campaignQuery(params.campaignId));
    void context.queryClient.prefetchQuery(segmentsQuery());
    void context.queryClient.prefetchQuery(templatesQuery());
    return loadTexts('autosave', 'campaigns', 'journeys', 'mail-templates');
  },
  component: WizardPage,
});
