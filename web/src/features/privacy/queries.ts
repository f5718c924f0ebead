import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import type { PrivacySearch } from './search';

export type Purpose = Schema<'PurposeRead'>;
export type Suppression = Schema<'SuppressionRead'>;
export type Count = Schema<'SuppressionCount'>;
export type Imported = Schema<'SuppressionImportRead'>;
export type ConsentsImported = Schema<'ConsentsImported'>;

export const PURPOSES = '/api/v1/consent-purposes';
export const SUPPRESSIONS = '/api/v1/suppressions';
export const COUNTS = '/api/v1/suppression-counts';

export const purposesQuery = () => apiQuery<Purpose[]>(PURPOSES, { archived: true });
export const countsQuery = () => apiQuery<Count[]>(COUNTS);
export const suppressionsQuery = ({ address, channel, reason, cursor }: PrivacySearch) => ({
  ...apiQuery<Schema<'Page_SuppressionRead_'>>(SUPPRESSIONS, {
    address,
    channel,
    reason,
    cursor,
    limit: 25,
  }),
  placeholderData: keepPreviousData,
});
