import { useQuery } from '@tanstack/react-query';
import { cardQuery, modelsQuery, type SetDetail } from './queries';

/** The card of the version in use; none before the first training. */
export function usePublishedCard(set: SetDetail) {
  const models = useQuery(modelsQuery(set.id));
  const model = models.data?.find(({ status }) => status === 'published');
  const card = useQuery({ ...cardQuery(set.id, model?.id ?? ''), enabled: model !== undefined });
  return { model, card: card.data, error: models.error ?? card.error, retry: models.refetch };
}
