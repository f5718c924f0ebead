import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconGauge } from '@/app/icons';
import { modelsQuery, summaryQuery } from '@/features/scoring/queries';
import { ScoringPage } from '@/features/scoring/scoring-page';
import { scoringSearch } from '@/features/scoring/search';

export const Route = createFileRoute('/_app/scoring/')({
  staticData: {
    nav: { label: 'nav.scoring', icon: IconGauge, order: 420 },
    crumb: 'nav.scoring',
    permission: 'scoring:read',
  },
  validateSearch: scoringSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(summaryQuery());
    void context.queryClient.prefetchQuery(modelsQuery());
    return loadTexts('scoring');
  },
  component: ScoringPage,
});
