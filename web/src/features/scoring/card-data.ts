import type { Distribution, JobRun, ModelDetail, ModelSummary } from './queries';

export const BANDS = ['hot', 'warm', 'cool', 'cold'] as const;
export type Band = (typeof BANDS)[number];

export interface Bin extends Record<Band, number> {
  range: string;
  leads: number;
  open: number;
}

/** Bins of the distribution as rows of a chart; none at all when no lead has a score. */
export function binRows(distribution: Distribution): Bin[] {
  if (distribution.bins.every((bin) => bin.leads === 0)) return [];
  return distribution.bins.map((bin) => ({
    range: `${bin.low}–${bin.high}`,
    leads: bin.leads,
    open: bin.open_leads,
    hot: bin.bands.hot ?? 0,
    warm: bin.bands.warm ?? 0,
    cool: bin.bands.cool ?? 0,
    cold: bin.bands.cold ?? 0,
  }));
}

/** The version to show: the one asked for, else the one in use, else the newest. */
export function shownModel(
  models: readonly ModelSummary[],
  wanted: string | undefined,
): ModelSummary | undefined {
  if (wanted) return models.find((model) => model.id === wanted);
  return models.find((model) => model.status === 'champion') ?? models[0];
}

/** Runs of scoring that have not ended. */
export function activeRuns(runs: readonly JobRun[]): JobRun[] {
  return runs.filter(
    (run) => run.name.startsWith('scoring.') && (run.state === 'queued' || run.state === 'running'),
  );
}

export interface CalibrationRow extends Record<string, number> {
  predicted: number;
  observed: number;
  ideal: number;
  rows: number;
}

/** Points of the calibration curve from low to high forecasts, with the line of a perfect forecast. */
export function calibrationRows(curve: ModelDetail['calibration_curve']): CalibrationRow[] {
  return curve
    .filter((point) => point.rows > 0)
    .map(({ predicted, observed, rows }) => ({ predicted, observed, ideal: predicted, rows }))
    .sort((a, b) => a.predicted - b.predicted);
}

/** The highest forecast with a name for it: the point people ask about first. */
export function topPoint(rows: readonly CalibrationRow[]): CalibrationRow | undefined {
  return rows[rows.length - 1];
}

/** Where both axes of the calibration chart end: the next ten percent above all points. */
export function chartEnd(rows: readonly CalibrationRow[]): number {
  const largest = Math.max(0, ...rows.flatMap((row) => [row.predicted, row.observed]));
  return Math.min(1, Math.max(0.1, Math.ceil(largest * 10) / 10));
}
