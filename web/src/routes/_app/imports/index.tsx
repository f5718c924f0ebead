import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconFileImport } from '@/app/icons';
import { importsQuery } from '@/features/imports/queries';
import { ImportsPage } from '@/features/imports/upload-page';

export const Route = createFileRoute('/_app/imports/')({
  staticData: {
    nav: { label: 'nav.imports', icon: IconFileImport, order: 150 },
    crumb: 'nav.imports',
    permission: 'leads:read',
    create: {
      label: 'create.import',
      icon: IconFileImport,
      search: {},
      permission: 'leads:import',
    },
  },
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(importsQuery());
    return loadTexts('imports');
  },
  component: ImportsPage,
});
