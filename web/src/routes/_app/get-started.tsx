import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconRocket } from '@/app/icons';
import { onboardingQuery } from '@/components/onboarding-query';
import { GetStartedPage } from '@/features/onboarding/get-started-page';

export const Route = createFileRoute('/_app/get-started')({
  staticData: {
    nav: { label: 'nav.getStarted', icon: IconRocket, order: 900 },
    crumb: 'nav.getStarted',
    permission: 'organisation:read',
  },
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(onboardingQuery());
    return loadTexts('onboarding');
  },
  component: GetStartedPage,
});
