import type { Icon } from '@/app/icon-type';
import {
  IconActivity,
  IconCalendar,
  IconCoin,
  IconFileImport,
  IconGauge,
  IconGitMerge,
  IconListCheck,
  IconMail,
  IconMailCheck,
  IconMailExclamation,
  IconMailOff,
  IconMailOpened,
  IconMailX,
  IconMessage,
  IconNote,
  IconPhone,
  IconPointer,
  IconSend,
  IconUserPlus,
  IconUsers,
  IconWorld,
} from '@/app/icons';

const BY_KIND: Record<string, Icon> = {
  'email.sent': IconSend,
  'email.delivered': IconMailCheck,
  'email.opened': IconMailOpened,
  'email.clicked': IconPointer,
  'email.bounced': IconMailX,
  'email.complained': IconMailExclamation,
  'email.unsubscribed': IconMailOff,
  'lead.imported': IconFileImport,
  'lead.merged': IconGitMerge,
  'lead.assigned': IconUsers,
};

const BY_FAMILY: Record<string, Icon> = {
  web: IconWorld,
  email: IconMail,
  call: IconPhone,
  meeting: IconCalendar,
  note: IconNote,
  task: IconListCheck,
  deal: IconCoin,
  lead: IconUserPlus,
  score: IconGauge,
  chat: IconMessage,
};

/** Picture of an activity by its kind (`email.opened`), else by its family, else a neutral one. */
export function activityIcon(kind: string): Icon {
  return BY_KIND[kind] ?? BY_FAMILY[kind.split('.')[0] ?? ''] ?? IconActivity;
}
