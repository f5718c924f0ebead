import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { CompanyPage } from '@/features/companies/company-page';
import { companyQuery } from '@/features/companies/queries';

export const Route = createFileRoute('/_app/companies/$companyId')({
  staticData: {
    parent: { label: 'nav.companies', to: '/companies' },
    permission: 'leads:read',
  },
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(companyQuery(params.companyId));
    return loadTexts('companies', 'tasks/parts');
  },
  component: CompanyPage,
});
