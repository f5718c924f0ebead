import { lazy } from 'react';

// Lazy chunks: the pages that show no chart never load one, and rare kinds do not weigh on the usual ones.
const usual = () => import('./charts-kit');

export const AreaChart = lazy(() => usual().then((m) => ({ default: m.AreaChart })));
export const BarChart = lazy(() => usual().then((m) => ({ default: m.BarChart })));
export const Sparkline = lazy(() => usual().then((m) => ({ default: m.Sparkline })));
export const LineChart = lazy(() =>
  import('./charts-line').then((m) => ({ default: m.LineChart })),
);
export const DonutChart = lazy(() =>
  import('./charts-donut').then((m) => ({ default: m.DonutChart })),
);
export const CompositeChart = lazy(() =>
  import('./charts-composite').then((m) => ({ default: m.CompositeChart })),
);
