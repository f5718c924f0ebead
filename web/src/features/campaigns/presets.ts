import { blankVariant, type Draft, type Message } from './draft';

interface Preset {
  key: 'news' | 'invitation' | 'nurture' | 'winback';
  goal: Draft['goal']['kind'];
  /** Days after the one before, of each message; the first leaves at once. */
  days: readonly number[];
}

/** What a campaign can begin with: a goal and the messages that usually lead there. */
export const PRESETS: readonly Preset[] = [
  { key: 'news', goal: 'click', days: [0] },
  { key: 'invitation', goal: 'booking', days: [0, 4] },
  { key: 'nurture', goal: 'deal_created', days: [0, 5, 7] },
  { key: 'winback', goal: 'reply', days: [0, 7, 10] },
];

/** The messages of a preset, still without a template. */
export const messagesOf = ({ days }: Preset): Message[] =>
  days.map((amount, index) => ({
    key: `m${index + 1}`,
    channel: 'email',
    after: amount > 0 ? { amount, unit: 'days' } : null,
    variants: [blankVariant('a')],
  }));
