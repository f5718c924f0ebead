import type { Schema } from '@/api/api';

export type Board = Schema<'Board'>;
export type BoardColumn = Schema<'BoardColumn'>;
export type BoardCard = Schema<'BoardCard'>;
export type CurrencyTotal = Board['totals'][number];

export interface Place {
  stageId: string;
  /** Index among the cards of the column without the moved card. */
  index: number;
}

/** The totals with one deal more (`sign` 1) or less (−1); a currency without deals goes away. */
function shifted(totals: CurrencyTotal[], card: BoardCard, weight: number, sign: 1 | -1) {
  const amount = (card.amount_minor ?? 0) * sign;
  const old = totals.find((total) => total.currency === card.currency) ?? {
    currency: card.currency,
    count: 0,
    amount_minor: 0,
    weighted_minor: 0,
  };
  const next: CurrencyTotal = {
    currency: card.currency,
    count: old.count + sign,
    amount_minor: old.amount_minor + amount,
    weighted_minor: old.weighted_minor + Math.round(amount * weight),
  };
  return [...totals.filter((total) => total.currency !== card.currency), next]
    .filter((total) => total.count > 0)
    .sort((a, b) => b.count - a.count || a.currency.localeCompare(b.currency));
}

export function findCard(board: Board | undefined, id: string): BoardCard | undefined {
  for (const column of board?.columns ?? []) {
    const card = column.cards.find((item) => item.id === id);
    if (card) return card;
  }
  return undefined;
}

/** The board after a move, as the server will answer it: cards, counts and sums. */
export function moved(board: Board, id: string, to: Place, at = new Date().toISOString()): Board {
  const card = findCard(board, id);
  const target = board.columns.find((column) => column.stage_id === to.stageId);
  if (!card || !target) return board;
  const source = board.columns.find((column) => column.stage_id === card.stage_id);
  const changesStage = card.stage_id !== to.stageId;
  const next = changesStage ? { ...card, stage_id: to.stageId, stage_entered_at: at } : card;
  let totals = board.totals;
  if (changesStage && source?.kind === 'open')
    totals = shifted(totals, card, source.probability, -1);
  if (changesStage && target.kind === 'open') totals = shifted(totals, card, target.probability, 1);
  const columns = board.columns.map((column) => {
    const leaves = changesStage && column === source;
    const arrives = column === target;
    if (!leaves && !arrives) return column;
    const cards = column.cards.filter((item) => item.id !== id);
    if (arrives) cards.splice(to.index, 0, next);
    if (!changesStage) return { ...column, cards };
    const sign = arrives ? 1 : -1;
    return {
      ...column,
      cards,
      count: column.count + sign,
      totals: shifted(column.totals, card, column.probability, sign),
    };
  });
  return { ...board, totals, columns };
}

/** How the server is told the place: by the neighbour it goes before or after. */
export function neighbours(board: Board, id: string, to: Place) {
  const column = board.columns.find((item) => item.stage_id === to.stageId);
  const cards = (column?.cards ?? []).filter((card) => card.id !== id);
  const before = cards[to.index];
  const after = cards[to.index - 1];
  if (before) return { before_id: before.id };
  return after ? { after_id: after.id } : {};
}

/** True when the card is where it is wanted already. */
export function staysPut(board: Board, id: string, to: Place): boolean {
  const column = board.columns.find((item) => item.stage_id === to.stageId);
  return column?.cards[to.index]?.id === id;
}

const DAY = 86_400_000;

/** Whole days since a moment. */
export function daysSince(moment: string, now: number = Date.now()): number {
  return Math.max(0, Math.floor((now - new Date(moment).getTime()) / DAY));
}

/** True when an expected closing day has passed. */
export function isOverdue(closeDate: string | null, now: Date = new Date()): boolean {
  if (!closeDate) return false;
  const [year = 0, month = 1, day = 1] = closeDate.split('-').map(Number);
  return new Date(year, month - 1, day + 1).getTime() <= now.getTime();
}
