import { notifications } from '@mantine/notifications';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths, queryClient } from '@/api/query-client';
import { formatMoney } from '@/app/format';
import { toastRolledBack } from '@/components/toasts';
import { type Board, findCard, moved, neighbours, type Place, staysPut } from './board';
import { boardQuery, type Deal } from './queries';

/** Versions newer than the board's, from answers to moves made a moment ago. */
const versions = new Map<string, number>();
// Moves go out one after the other, so that each names the version and the neighbours the one before left.
let line: Promise<unknown> = Promise.resolve();

interface Wanted {
  id: string;
  to: Place;
}

/** Moves cards: at once on the screen, then on the server; a refused move goes back. */
export function useMoves(pipelineId: string, owner: string | undefined) {
  const { t } = useTranslation('board');
  /** A move to a lost stage that waits for its reason. */
  const [asking, setAsking] = useState<Wanted>();
  const [said, setSaid] = useState('');
  const [won, setWon] = useState<string>();

  const send = useCallback(
    async ({ id, to }: Wanted, reason?: string) => {
      const key = boardQuery(pipelineId, owner).queryKey;
      await queryClient.cancelQueries({ queryKey: key });
      const board = queryClient.getQueryData(key);
      const card = findCard(board, id);
      const column = board?.columns.find((item) => item.stage_id === to.stageId);
      if (!board || !card || !column) return;
      const changesStage = card.stage_id !== to.stageId;
      const next = moved(board, id, to);
      const place = neighbours(board, id, to);
      queryClient.setQueryData(key, next);
      setSaid(
        t('said.moved', {
          name: card.name,
          stage: column.name,
          place: to.index + 1,
          count: next.columns.find((item) => item.stage_id === to.stageId)?.count ?? 0,
        }),
      );
      const run = async () => {
        try {
          const body = { stage_id: to.stageId, ...place, ...(reason && { lost_reason: reason }) };
          const attempt = (version: number) =>
            request<Deal>('post', `/api/v1/deals/${id}/move`, { body, version });
          const deal = await attempt(Math.max(card.version, versions.get(id) ?? 0)).catch(
            (failure: unknown) => {
              // Someone changed another thing than its stage: the move means what it meant.
              const now = toApiError(failure).current as Deal | undefined;
              if (now?.stage_id !== card.stage_id) throw failure;
              return attempt(now.version);
            },
          );
          versions.set(id, deal.version);
          queryClient.setQueryData(key, (now: Board | undefined) => withVersion(now, deal));
          if (changesStage && column.kind === 'won') {
            setWon(id);
            notifications.show({
              color: 'green',
              title: t('won.title'),
              message:
                deal.amount_minor === null
                  ? deal.name
                  : `${deal.name}, ${formatMoney(deal.amount_minor, deal.currency)}`,
            });
          }
          void invalidatePaths('/api/v1/deals', '/api/v1/dashboard', '/api/v1/leads');
        } catch (failure) {
          // The board as it was, without undoing moves made since: the card alone goes back.
          const from = board.columns.find((item) => item.stage_id === card.stage_id);
          const index = from?.cards.findIndex((item) => item.id === id) ?? 0;
          queryClient.setQueryData(key, (now: Board | undefined) =>
            now ? moved(now, id, { stageId: card.stage_id, index }, card.stage_entered_at) : now,
          );
          const stands = toApiError(failure).current as Deal | undefined;
          if (stands) {
            versions.delete(id);
            const taken = t('said.taken', { name: card.name, stage: stands.stage_name });
            setSaid(taken);
            notifications.show({ color: 'yellow', message: taken, autoClose: 8000 });
          } else {
            setSaid(t('said.back', { name: card.name }));
            toastRolledBack(t('theMove', { name: card.name }), failure);
          }
          void invalidatePaths('/api/v1/pipelines', '/api/v1/deals');
        }
      };
      line = line.then(run);
      await line;
    },
    [t, pipelineId, owner],
  );

  const move = useCallback(
    (id: string, to: Place) => {
      const board = queryClient.getQueryData(boardQuery(pipelineId, owner).queryKey);
      const card = findCard(board, id);
      if (!board || !card || staysPut(board, id, to)) return;
      const column = board.columns.find((item) => item.stage_id === to.stageId);
      if (column?.kind === 'lost' && card.stage_id !== to.stageId) setAsking({ id, to });
      else void send({ id, to });
    },
    [send, pipelineId, owner],
  );

  return {
    move,
    /** For screen readers: what just happened. */
    said,
    /** The card that has just been won. */
    won,
    asking,
    answer: (reason: string | undefined) => {
      if (asking && reason) void send(asking, reason);
      setAsking(undefined);
    },
  };
}

function withVersion(board: Board | undefined, deal: Deal): Board | undefined {
  if (!board) return board;
  return {
    ...board,
    columns: board.columns.map((column) =>
      column.cards.some((card) => card.id === deal.id)
        ? {
            ...column,
            cards: column.cards.map((card) =>
              card.id === deal.id
                ? { ...card, version: deal.version, lost_reason: deal.lost_reason }
                : card,
            ),
          }
        : column,
    ),
  };
}
