import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconMail } from '@/app/icons';
import { templatesQuery } from '@/features/mail-templates/queries';
import { templatesSearch } from '@/features/mail-templates/search';
import { TemplatesPage } from '@/features/mail-templates/templates-page';

export const Route = createFileRoute('/_app/email/templates/')({
  staticData: {
    nav: { label: 'nav.mailTemplates', icon: IconMail, order: 230 },
    crumb: 'nav.mailTemplates',
    permission: 'email:read',
  },
  validateSearch: templatesSearch,
  loaderDeps: ({ search: { q, archived, cursor } }) => ({ q, archived, cursor }),
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(templatesQuery(deps));
    return loadTexts('mail-templates');
  },
  component: TemplatesPage,
});
