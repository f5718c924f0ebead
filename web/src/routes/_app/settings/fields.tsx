import { createFileRoute } from '@tanstack/react-router';
import { FieldsPage } from '@/features/settings/fields-page';
import { customFieldsQuery } from '@/features/settings/queries';
import { fieldsSearch } from '@/features/settings/search';

export const Route = createFileRoute('/_app/settings/fields')({
  staticData: { permission: 'leads:read' },
  validateSearch: fieldsSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) =>
    void context.queryClient.prefetchQuery(
      customFieldsQuery(deps.entity ?? 'lead', deps.archived ?? false),
    ),
  component: FieldsPage,
});
