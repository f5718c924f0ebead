import type { TFunction } from 'i18next';
import { formatNumber } from '@/app/format';
import type { Settings } from './queries';

export const MICRO = 1_000_000;

const list = (items: readonly string[]) =>
  new Intl.ListFormat(undefined, { style: 'short', type: 'conjunction' }).format(items);

/** What a guardrail demands, in one sentence. */
export function policyWords(t: TFunction<'sending'>, settings: Settings): string {
  const named = 'channels' in settings ? (settings.channels ?? []) : [];
  const channels = named.length
    ? list(named.map((channel) => t(`channel.${channel}`, { defaultValue: channel })))
    : t('allChannels');
  switch (settings.rule) {
    case 'hours':
      return t('words.hours', {
        channels,
        start: settings.start,
        end: settings.end,
        days:
          settings.days?.length === 7 || !settings.days
            ? t('everyDay')
            : list(settings.days.map((day) => t(`day.${day}` as never))),
      });
    case 'call_hours':
      return t('words.call_hours');
    case 'cap':
      return t('words.cap', {
        count: settings.amount,
        period: t(`period.${settings.period}`),
        channels,
      });
    case 'limit':
      return t('words.limit', {
        amount: formatNumber(settings.amount),
        period: t(`period.${settings.period}`),
        channels,
      });
    case 'budget':
      return t('words.budget', {
        amount: (settings.amount_microusd / MICRO).toFixed(2),
        period: t(`period.${settings.period}`),
        channels,
      });
    case 'approval':
      return t('words.approval', {
        grounds: list(
          [
            settings.audience_over != null &&
              t('ground.audience', { amount: formatNumber(settings.audience_over) }),
            settings.first_send && t('ground.first'),
            settings.new_sender && t('ground.sender'),
          ].filter((ground): ground is string => Boolean(ground)),
        ),
      });
  }
}
