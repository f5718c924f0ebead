import type { Condition } from '@/components/filter-bar/condition';
import type { Matrix } from './queries';

export const LEVELS = ['high', 'medium', 'low'] as const;
export type Level = (typeof LEVELS)[number];

type Cell = Matrix['cells'][number];

/** One cell; the server leaves out empty ones. */
export function matrixCell(matrix: Matrix, fit: Level, engagement: Level): Cell {
  return (
    matrix.cells.find((cell) => cell.fit === fit && cell.engagement === engagement) ?? {
      fit,
      engagement,
      leads: 0,
      hot: 0,
      won: 0,
      known: 0,
    }
  );
}

/** How promising the leads of a cell are, 0 to 1: the share that was won, or that is hot while no outcome is known. */
export function promise(cell: Cell): number {
  if (cell.known > 0) return cell.won / cell.known;
  return cell.leads > 0 ? cell.hot / cell.leads : 0;
}

function bounds(field: string, cuts: readonly number[], level: Level): Condition[] {
  const [first = 0, second = 0] = cuts;
  if (level === 'low') return [{ field, op: 'lt', value: first }];
  // What many leads share may be a third and more of them: it is the middle then.
  if (level === 'high') return [{ field, op: 'gt', value: second }];
  return [
    { field, op: 'gte', value: first },
    { field, op: 'lte', value: second },
  ];
}

/** The filter of the list of leads that shows exactly the leads of a cell. */
export function cellFilter(matrix: Matrix, fit: Level, engagement: Level): Condition {
  return {
    all: [
      ...bounds('score_fit', matrix.fit_cuts, fit),
      ...bounds('score_engagement', matrix.engagement_cuts, engagement),
    ],
  };
}
