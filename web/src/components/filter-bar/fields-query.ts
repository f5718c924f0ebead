import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

/** The catalogue of fields and kinds of activity that conditions are made of. */
export const fieldsQuery = () => ({
  ...apiQuery<Schema<'FieldsRead'>>('/api/v1/leads/fields'),
  staleTime: 60_000,
});
