import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import type { Condition } from '@/components/filter-bar/condition';

export { fieldsQuery } from '@/components/filter-bar/fields-query';

export type Segment = Schema<'SegmentRead'>;
export type Member = Schema<'LeadRow'>;

export const PATH = '/api/v1/segments';
export const MEMBERS_SHOWN = 25;

export const segmentsQuery = () => apiQuery<Segment[]>(PATH);
export const segmentQuery = (id: string) => apiQuery<Segment>(`${PATH}/${id}`);
export const membersQuery = (segmentId: string, cursor: string | undefined) => ({
  ...apiQuery<Schema<'Page_LeadRow_'>>('/api/v1/leads', {
    segment_id: segmentId,
    limit: MEMBERS_SHOWN,
    cursor,
  }),
  placeholderData: keepPreviousData,
});
export const previewQuery = (condition: Condition | undefined) =>
  queryOptions({
    queryKey: ['post', `${PATH}/preview`, condition],
    queryFn: ({ signal }) =>
      request<Schema<'SegmentPreview'>>('post', `${PATH}/preview`, { body: { condition }, signal }),
    enabled: condition !== undefined,
    placeholderData: keepPreviousData,
  });
