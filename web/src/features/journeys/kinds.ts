import type { TFunction } from 'i18next';
import type { Icon } from '@/app/icon-type';
import {
  IconArrowsSplit2,
  IconBolt,
  IconCheckbox,
  IconGauge,
  IconGitBranch,
  IconHourglass,
  IconLogout,
  IconRoute,
  IconSend,
  IconTargetArrow,
  IconUserEdit,
  IconWebhook,
} from '@/app/icons';
import { type Kind, type Step, variantsOf } from './graph';

export type Group = 'entry' | 'timing' | 'flow' | 'action';

interface KindInfo {
  icon: Icon;
  group: Group;
  /** What a new step of the kind begins with. */
  settings: Step['settings'];
}

/** The kinds of steps in the order of the palette. */
export const KINDS: Record<Kind, KindInfo> = {
  trigger: { icon: IconBolt, group: 'entry', settings: { on: 'segment_entry' } },
  send: { icon: IconSend, group: 'action', settings: { channel: 'email' } },
  task: { icon: IconCheckbox, group: 'action', settings: { title: '', due_days: 1 } },
  update: { icon: IconUserEdit, group: 'action', settings: {} },
  webhook: { icon: IconWebhook, group: 'action', settings: { url: '' } },
  enrol: { icon: IconRoute, group: 'action', settings: {} },
  wait: {
    icon: IconHourglass,
    group: 'timing',
    settings: { until: 'duration', duration: { amount: 1, unit: 'days' } },
  },
  score_wait: {
    icon: IconGauge,
    group: 'timing',
    settings: { bands: ['hot'], timeout: { amount: 7, unit: 'days' } },
  },
  branch: { icon: IconGitBranch, group: 'flow', settings: { condition: { all: [] } } },
  split: {
    icon: IconArrowsSplit2,
    group: 'flow',
    settings: {
      method: 'fixed',
      variants: [
        { key: 'a', name: '', weight: 50, holdout: false },
        { key: 'b', name: '', weight: 50, holdout: false },
      ],
    },
  },
  goal: { icon: IconTargetArrow, group: 'flow', settings: {} },
  exit: { icon: IconLogout, group: 'flow', settings: {} },
};

export const GROUPS: readonly Group[] = ['entry', 'action', 'timing', 'flow'];

export const kindsOf = (group: Group): Kind[] =>
  (Object.keys(KINDS) as Kind[]).filter((kind) => KINDS[kind].group === group);

/** A new step of a kind, not yet set up. */
export const newStep = (id: string, kind: Kind): Step => ({
  id,
  kind,
  name: '',
  settings: structuredClone(KINDS[kind].settings),
});

type T = TFunction<'journeys'>;

/** What a way out is called beside it. */
export function portLabel(step: Step, port: string, t: T): string {
  if (step.kind === 'split') {
    const variant = variantsOf(step).find(({ key }) => key === port);
    return variant?.name || t('variant', { key: port.toUpperCase() });
  }
  if (port === 'next' && (step.kind === 'wait' || step.kind === 'score_wait')) return t('port.met');
  return t(`port.${port as 'next'}`);
}

interface Span {
  amount: number;
  unit: 'minutes' | 'hours' | 'days' | 'weeks';
}

export const spanText = (span: unknown, t: T): string => {
  const { amount, unit } = (span ?? {}) as Partial<Span>;
  return amount && unit ? t(`span.${unit}`, { count: amount }) : '…';
};

/** Names of records that settings refer to by id. */
export interface Names {
  segments: Map<string, string>;
  templates: Map<string, string>;
  journeys: Map<string, string>;
  members: Map<string, string>;
}

const named = (names: Map<string, string>, id: unknown, t: T): string =>
  (typeof id === 'string' && names.get(id)) || t('notChosen');

/** A line that says what the step does, from its settings. */
export function summary(step: Step, names: Names, t: T): string {
  const { kind, settings } = step;
  const text = (key: string): string => String(settings[key] ?? '');
  switch (kind) {
    case 'trigger':
      return triggerSummary(settings, names, t);
    case 'send':
      return settings.channel === 'email'
        ? named(names.templates, settings.template_id, t)
        : `${t(`channel.${text('channel') as 'sms'}`)}: ${text('text') || t('notWritten')}`;
    case 'task':
      return text('title') || t('notWritten');
    case 'webhook':
      return text('url').replace(/^https?:\/\//, '') || t('notChosen');
    case 'enrol':
      return named(names.journeys, settings.journey_id, t);
    case 'update':
      return updateSummary(settings, names, t);
    case 'wait':
      if (settings.until === 'duration') return spanText(settings.duration, t);
      if (settings.until === 'clock') return t('summary.clock', { at: text('at') || '09:00' });
      if (settings.until === 'best') {
        return t('summary.bestHour', { count: Number(settings.within_days ?? 3) });
      }
      return t('summary.event', {
        event: eventText(settings.event, t),
        span: spanText(settings.timeout, t),
      });
    case 'score_wait':
      return t('summary.event', {
        event: scoreText(settings, t),
        span: spanText(settings.timeout, t),
      });
    case 'branch':
      return t('summary.branch');
    case 'split':
      return t(settings.method === 'adaptive' ? 'summary.adaptive' : 'summary.fixed', {
        count: variantsOf(step).length,
      });
    default:
      return t(`summary.${kind}`);
  }
}

export function eventText(event: unknown, t: T): string {
  const { kind } = (event ?? {}) as { kind?: string };
  return kind || t('notChosen');
}

function scoreText(settings: Step['settings'], t: T): string {
  if (typeof settings.at_least === 'number')
    return t('summary.points', { count: settings.at_least });
  const bands = (settings.bands ?? []) as ('hot' | 'warm' | 'cool' | 'cold')[];
  return bands.map((band) => t(`band.${band}`)).join(', ') || t('notChosen');
}

function triggerSummary(settings: Step['settings'], names: Names, t: T): string {
  switch (settings.on) {
    case 'segment_entry':
    case 'segment_exit':
    case 'schedule':
      return t(`summary.${settings.on}`, {
        segment: named(names.segments, settings.segment_id, t),
      });
    case 'event':
      return eventText(settings.event, t);
    case 'form':
      return settings.form
        ? t('summary.form', { form: String(settings.form) })
        : t('summary.anyForm');
    case 'date':
      return t('summary.date', { field: String(settings.field ?? '…') });
    case 'score':
      return scoreText(settings, t);
    case 'audience':
      return t(settings.later ? 'summary.audienceLater' : 'summary.audience');
    default:
      return t('summary.api');
  }
}

function updateSummary(settings: Step['settings'], names: Names, t: T): string {
  const parts: string[] = [];
  if (settings.status) parts.push(t(`status.${settings.status as 'contacted'}`));
  for (const tag of (settings.add_tags ?? []) as string[]) parts.push(`+ ${tag}`);
  for (const tag of (settings.remove_tags ?? []) as string[]) parts.push(`− ${tag}`);
  if (settings.owner_id) parts.push(named(names.members, settings.owner_id, t));
  return parts.join(', ') || t('notChosen');
}
