import { z } from 'zod/mini';
import { VIEWS } from '@/components/mail/views';

export const TABS = ['content', 'look', 'details', 'versions'] as const;
export type Tab = (typeof TABS)[number];

/** Templates: what is searched for, whether those put away are shown, and which dialog is open. */
export const templatesSearch = z.object({
  q: z.catch(z.optional(z.string().check(z.maxLength(120))), undefined),
  archived: z.catch(z.optional(z.boolean()), undefined),
  cursor: z.catch(z.optional(z.string().check(z.maxLength(2048))), undefined),
  create: z.catch(z.optional(z.boolean()), undefined),
  settings: z.catch(z.optional(z.boolean()), undefined),
});
export type TemplatesSearch = z.infer<typeof templatesSearch>;

/** One template: tab of the editor, language, how and for whom it is shown, and the campaign it is edited for. */
export const templateSearch = z.object({
  tab: z.catch(z.optional(z.enum(TABS)), undefined),
  language: z.catch(z.optional(z.string().check(z.maxLength(6))), undefined),
  view: z.catch(z.optional(z.enum(VIEWS)), undefined),
  dark: z.catch(z.optional(z.boolean()), undefined),
  person: z.catch(z.optional(z.string().check(z.maxLength(36))), undefined),
  campaign: z.catch(z.optional(z.string().check(z.maxLength(36))), undefined),
});
