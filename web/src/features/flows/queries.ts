import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type FlowRow = Schema<'FlowRow'>;
export type Flow = Schema<'FlowRead'>;
export type FlowVersion = Schema<'FlowVersionRead'>;
export type Template = Schema<'FlowTemplateRead'>;
export type Tried = Schema<'FlowTried'>;
export type Run = Schema<'QualificationRunRead'>;

export const FLOWS = '/api/v1/qualification-flows';

export const flowsQuery = () => apiQuery<FlowRow[]>(FLOWS);
export const flowQuery = (id: string) => apiQuery<Flow>(`${FLOWS}/${id}`);
export const versionsQuery = (id: string) => apiQuery<FlowVersion[]>(`${FLOWS}/${id}/versions`);
export const templatesQuery = () => apiQuery<Template[]>('/api/v1/qualification-flow-templates');
export const runsQuery = (id: string, state: string | undefined, cursor: string | undefined) => ({
  ...apiQuery<Schema<'Page_QualificationRunRead_'>>(`${FLOWS}/${id}/runs`, { state, cursor }),
  placeholderData: keepPreviousData,
});
/** Fields of leads that answers may go to besides the usual ones. */
export const customFieldsQuery = () =>
  apiQuery<Schema<'CustomFieldRead'>[]>('/api/v1/custom-fields');
