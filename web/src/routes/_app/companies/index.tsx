import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconBuilding } from '@/app/icons';
import { CompaniesPage } from '@/features/companies/companies-page';
import { companiesQuery } from '@/features/companies/queries';
import { companiesSearch } from '@/features/companies/search';

export const Route = createFileRoute('/_app/companies/')({
  staticData: {
    nav: { label: 'nav.companies', icon: IconBuilding, order: 120, go: 'o' },
    crumb: 'nav.companies',
    permission: 'leads:read',
    create: {
      label: 'create.company',
      icon: IconBuilding,
      search: { create: 'company' },
      permission: 'leads:write',
    },
  },
  validateSearch: companiesSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(companiesQuery(deps));
    return loadTexts('companies');
  },
  component: CompaniesPage,
});
