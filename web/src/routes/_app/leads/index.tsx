import { createFileRoute } from '@tanstack/react-router';
import { lazy } from 'react';
import { loadTexts } from '@/app/i18n';
import { IconUserPlus, IconUsers } from '@/app/icons';
import { LeadsPage } from '@/features/leads/leads-page';
import { fieldsQuery, leadsQuery } from '@/features/leads/queries';
import { leadsSearch } from '@/features/leads/search';

export const Route = createFileRoute('/_app/leads/')({
  staticData: {
    nav: {
      label: 'nav.leads',
      icon: IconUsers,
      order: 110,
      go: 'l',
      below: lazy(() => import('@/features/leads/pinned-views')),
    },
    crumb: 'nav.leads',
    permission: 'leads:read',
    create: {
      label: 'create.lead',
      icon: IconUserPlus,
      search: { create: 'lead' },
      permission: 'leads:write',
    },
  },
  validateSearch: leadsSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(leadsQuery(deps));
    void context.queryClient.prefetchQuery(fieldsQuery());
    return loadTexts('leads', 'leads/detail');
  },
  component: LeadsPage,
});
