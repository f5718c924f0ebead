import { z } from 'zod/mini';
import { SHOWN } from './data-map';

/** State of the audit log in the address. */
export const auditSearch = z.object({
  q: z.catch(z.optional(z.string().check(z.maxLength(200))), undefined),
  action: z.catch(z.optional(z.string().check(z.maxLength(100))), undefined),
  cursor: z.catch(z.optional(z.string()), undefined),
  entry: z.catch(z.optional(z.string()), undefined),
});

export type AuditSearch = z.infer<typeof auditSearch>;

/** Which data the data map shows: what is about people, if nothing is said. */
export const dataMapSearch = z.object({
  show: z.catch(z.optional(z.enum(SHOWN)), undefined),
});

export const FIELD_ENTITIES = ['lead', 'company', 'deal'] as const;

/** Whose custom fields are shown, and whether archived ones are. */
export const fieldsSearch = z.object({
  entity: z.catch(z.optional(z.enum(FIELD_ENTITIES)), undefined),
  archived: z.catch(z.optional(z.boolean()), undefined),
});
