import type { TFunction } from 'i18next';
import { formatDateTime } from '@/app/format';
import type { Message } from './queries';

/** What happened, in words; facts that are moments become times of the reader. */
export function eventWords(message: Message, t: TFunction<'inbox'>): string {
  const { data, member, text } = message;
  const event = typeof data.event === 'string' ? data.event : '';
  const facts: Record<string, unknown> = {
    by: member?.name || t('someone'),
    most: data.rating === 'nps' ? 10 : 5,
    result: data.outcome ?? t(`run.${String(data.state)}`, { defaultValue: '' }),
  };
  for (const [name, value] of Object.entries(data)) {
    const moment = typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:/.test(value);
    facts[name] = moment ? formatDateTime(value) : value;
  }
  const key =
    event === 'assigned' && !data.name
      ? 'unassigned'
      : event === 'handover_requested' && data.offline
        ? 'handover_offline'
        : event;
  return t(`event.${key}`, { ...facts, defaultValue: text || event.replaceAll('_', ' ') });
}
