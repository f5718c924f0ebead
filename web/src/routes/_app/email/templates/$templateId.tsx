import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { templateQuery } from '@/features/mail-templates/queries';
import { templateSearch } from '@/features/mail-templates/search';
import { TemplatePage } from '@/features/mail-templates/template-page';

export const Route = createFileRoute('/_app/email/templates/$templateId')({
  staticData: {
    parent: { label: 'nav.mailTemplates', to: '/email/templates' },
    permission: 'email:read',
  },
  validateSearch: templateSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(templateQuery(params.templateId));
    return loadTexts('autosave', 'mail-templates');
  },
  component: TemplatePage,
});
