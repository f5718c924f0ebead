import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { LeadPage } from '@/features/leads/detail/lead-page';
import { scoreQuery } from '@/features/leads/detail/queries';
import { leadSearch } from '@/features/leads/detail/search';
import { leadQuery } from '@/features/leads/queries';

export const Route = createFileRoute('/_app/leads/$leadId')({
  staticData: { parent: { label: 'nav.leads', to: '/leads' }, permission: 'leads:read' },
  validateSearch: leadSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(leadQuery(params.leadId));
    void context.queryClient.prefetchQuery(scoreQuery(params.leadId));
    return loadTexts('leads', 'leads/detail', 'sending', 'tasks/parts');
  },
  component: LeadPage,
});
