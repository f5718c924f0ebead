import { createFileRoute } from '@tanstack/react-router';
import { AuditPage } from '@/features/settings/audit-page';
import { auditQuery } from '@/features/settings/queries';
import { auditSearch } from '@/features/settings/search';

export const Route = createFileRoute('/_app/settings/audit')({
  staticData: { permission: 'audit:read' },
  validateSearch: auditSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchQuery(auditQuery(deps)),
  component: AuditPage,
});
