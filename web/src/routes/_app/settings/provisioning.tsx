import { createFileRoute } from '@tanstack/react-router';
import { ProvisioningPage } from '@/features/settings/provisioning-page';
import {
  provisioningOverviewQuery,
  provisioningSettingsQuery,
  provisioningTokensQuery,
} from '@/features/settings/queries';

export const Route = createFileRoute('/_app/settings/provisioning')({
  staticData: { permission: 'members:write' },
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(provisioningTokensQuery());
    void context.queryClient.prefetchQuery(provisioningSettingsQuery());
    void context.queryClient.prefetchQuery(provisioningOverviewQuery());
  },
  component: ProvisioningPage,
});
