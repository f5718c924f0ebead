import type { Icon } from '@/app/icon-type';
import {
  IconBolt,
  IconCalendar,
  IconCoin,
  IconForms,
  IconGauge,
  IconLink,
  IconMessage,
  IconTargetArrow,
  IconUserCheck,
} from '@/app/icons';
import type { Goal } from './draft';

export type GoalKind = NonNullable<Goal['kind']>;

/** What a campaign can be for, in the order of the wizard. */
export const GOALS: Record<GoalKind, Icon> = {
  booking: IconCalendar,
  reply: IconMessage,
  click: IconLink,
  form: IconForms,
  deal_created: IconCoin,
  deal_won: IconTargetArrow,
  status: IconUserCheck,
  score: IconGauge,
  event: IconBolt,
};

export const GOAL_KINDS = Object.keys(GOALS) as GoalKind[];
