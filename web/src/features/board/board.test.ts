import { describe, expect, it } from 'vitest';
import { fromMinor, toMinor } from '@/app/amounts';
import { currencies } from '@/app/choices';
import {
  type Board,
  type BoardCard,
  daysSince,
  isOverdue,
  moved,
  neighbours,
  staysPut,
} from './board';
import { boardSearch } from './search';

function card(id: string, stage: string, amount: number | null, currency = 'EUR'): BoardCard {
  return {
    id,
    version: 1,
    name: id,
    lead_id: null,
    lead_name: null,
    lead_score: null,
    lead_score_band: null,
    company_id: null,
    company_name: null,
    stage_id: stage,
    amount_minor: amount,
    currency,
    close_date: null,
    owner_id: null,
    lost_reason: null,
    stage_entered_at: '2026-01-01T00:00:00Z',
    position: 0,
  };
}

const board: Board = {
  pipeline_id: 'p',
  name: 'Sales',
  currency: 'EUR',
  totals: [{ currency: 'EUR', count: 2, amount_minor: 3000, weighted_minor: 600 }],
  columns: [
    {
      stage_id: 'new',
      name: 'New',
      kind: 'open',
      probability: 0.2,
      position: 0,
      count: 2,
      totals: [{ currency: 'EUR', count: 2, amount_minor: 3000, weighted_minor: 600 }],
      cards: [card('a', 'new', 1000), card('b', 'new', 2000)],
      more: null,
    },
    {
      stage_id: 'won',
      name: 'Won',
      kind: 'won',
      probability: 1,
      position: 1,
      count: 1,
      totals: [{ currency: 'USD', count: 1, amount_minor: 500, weighted_minor: 500 }],
      cards: [card('c', 'won', 500, 'USD')],
      more: null,
    },
  ],
};

describe('moving a card', () => {
  it('carries count and sums to the other column, currency by currency', () => {
    const next = moved(board, 'a', { stageId: 'won', index: 1 }, '2026-02-02T00:00:00Z');
    expect(next.columns[0]?.count).toBe(1);
    expect(next.columns[0]?.totals).toEqual([
      { currency: 'EUR', count: 1, amount_minor: 2000, weighted_minor: 400 },
    ]);
    expect(next.columns[1]?.cards.map((item) => item.id)).toEqual(['c', 'a']);
    expect(next.columns[1]?.cards[1]?.stage_entered_at).toBe('2026-02-02T00:00:00Z');
    expect(next.columns[1]?.totals).toHaveLength(2);
    expect(next.totals).toEqual([
      { currency: 'EUR', count: 1, amount_minor: 2000, weighted_minor: 400 },
    ]);
    expect(board.columns[0]?.cards).toHaveLength(2);
  });

  it('changes only the order inside a column', () => {
    const next = moved(board, 'a', { stageId: 'new', index: 1 });
    expect(next.columns[0]?.cards.map((item) => item.id)).toEqual(['b', 'a']);
    expect(next.columns[0]?.count).toBe(2);
    expect(next.totals).toEqual(board.totals);
  });

  it('names the neighbour for the server', () => {
    expect(neighbours(board, 'a', { stageId: 'won', index: 0 })).toEqual({ before_id: 'c' });
    expect(neighbours(board, 'a', { stageId: 'won', index: 1 })).toEqual({ after_id: 'c' });
    expect(neighbours(board, 'c', { stageId: 'won', index: 0 })).toEqual({});
  });

  it('knows a drop that changes nothing', () => {
    expect(staysPut(board, 'b', { stageId: 'new', index: 1 })).toBe(true);
    expect(staysPut(board, 'b', { stageId: 'new', index: 0 })).toBe(false);
  });
});

describe('figures', () => {
  it('keeps the digits of each currency', () => {
    expect(toMinor(1234.5, 'EUR')).toBe(123450);
    expect(toMinor('1234', 'JPY')).toBe(1234);
    expect(toMinor('', 'EUR')).toBeNull();
    expect(fromMinor(123450, 'EUR')).toBe(1234.5);
    expect(currencies('SEK')[0]).toBe('SEK');
  });

  it('counts days and sees a passed closing day', () => {
    expect(daysSince('2026-01-01T12:00:00Z', Date.parse('2026-01-03T13:00:00Z'))).toBe(2);
    expect(isOverdue('2026-01-01', new Date(2026, 0, 1, 23))).toBe(false);
    expect(isOverdue('2026-01-01', new Date(2026, 0, 2, 0, 1))).toBe(true);
    expect(isOverdue(null)).toBe(false);
  });
});

describe('address', () => {
  it('drops what it does not know', () => {
    expect(boardSearch.parse({ pipeline: 'x', owner: 7, other: 1 })).toEqual({ pipeline: 'x' });
  });
});
