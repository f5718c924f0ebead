import { describe, expect, it } from 'vitest';
import { activeRuns, binRows, calibrationRows, chartEnd, shownModel } from './card-data';
import type { Distribution, JobRun, ModelSummary } from './queries';

const model = (id: string, status: string) => ({ id, status }) as ModelSummary;
const run = (name: string, state: string) => ({ name, state }) as JobRun;

describe('binRows', () => {
  it('fills bands nobody is in with zero', () => {
    const rows = binRows({
      bins: [{ low: 95, high: 100, leads: 3, open_leads: 2, bands: { hot: 3 } }],
      bands: { hot: 3 },
      unscored: 0,
    } as Distribution);
    expect(rows).toEqual([
      { range: '95–100', leads: 3, open: 2, hot: 3, warm: 0, cool: 0, cold: 0 },
    ]);
  });

  it('is empty when no lead has a score', () => {
    const bins = [{ low: 0, high: 4, leads: 0, open_leads: 0, bands: {} }];
    expect(binRows({ bins, bands: {}, unscored: 9 } as unknown as Distribution)).toEqual([]);
  });
});

describe('shownModel', () => {
  const models = [model('c', 'candidate'), model('b', 'champion'), model('a', 'archived')];

  it('prefers the one asked for, then the one in use, then the newest', () => {
    expect(shownModel(models, 'a')?.id).toBe('a');
    expect(shownModel(models, undefined)?.id).toBe('b');
    expect(shownModel([model('z', 'archived')], undefined)?.id).toBe('z');
    expect(shownModel(models, 'gone')).toBeUndefined();
  });
});

describe('activeRuns', () => {
  it('keeps unfinished runs of scoring', () => {
    const runs = [
      run('scoring.train', 'running'),
      run('scoring.train', 'succeeded'),
      run('leads.run_import', 'running'),
      run('scoring.score_all', 'queued'),
    ];
    expect(activeRuns(runs).map((item) => item.state)).toEqual(['running', 'queued']);
  });
});

describe('calibrationRows', () => {
  it('orders by forecast and drops empty bins', () => {
    const rows = calibrationRows([
      { predicted: 0.8, observed: 0.7, rows: 5 },
      { predicted: 0.5, observed: 0, rows: 0 },
      { predicted: 0.1, observed: 0.2, rows: 9 },
    ]);
    expect(rows.map((row) => row.predicted)).toEqual([0.1, 0.8]);
    expect(rows[1]?.ideal).toBe(0.8);
    expect(chartEnd(rows)).toBe(0.8);
    expect(chartEnd([])).toBe(0.1);
  });
});
