import type { TFunction } from 'i18next';
import type { Row } from './queries';

/** How the visitor of a conversation is called: by name, else by the number of the conversation. */
export function visitorName({ lead, number }: Pick<Row, 'lead' | 'number'>, t: TFunction<'inbox'>) {
  return lead?.name || lead?.email || t('visitor', { number });
}
