import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { type CompaniesSearch, companiesRequest } from './search';

export type Company = Schema<'CompanyRead'>;

export const companiesQuery = (search: CompaniesSearch) => ({
  ...apiQuery<Schema<'Page_CompanyRead_'>>('/api/v1/companies', companiesRequest(search)),
  placeholderData: keepPreviousData,
});
export const companyQuery = (id: string) => apiQuery<Company>(`/api/v1/companies/${id}`);
export const peopleQuery = (id: string) =>
  apiQuery<Schema<'Page_LeadRow_'>>('/api/v1/leads', {
    filter: { field: 'company_id', op: 'eq', value: id },
    sort: '-score',
    limit: 25,
  });
export const companyDealsQuery = (id: string) =>
  apiQuery<Schema<'Page_DealRead_'>>('/api/v1/deals', { company_id: id, limit: 50 });
export const companyTasksQuery = (id: string) =>
  apiQuery<Schema<'Page_TaskRead_'>>('/api/v1/tasks', {
    company_id: id,
    state: 'open',
    limit: 50,
  });
export const companyFieldsQuery = () => ({
  ...apiQuery<Schema<'CustomFieldRead'>[]>('/api/v1/custom-fields', { entity: 'company' }),
  staleTime: 60_000,
});
