import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { useMay } from '@/app/permissions';

/** Purposes by name, for those who may see them; archived ones too, which old messages have. */
export function usePurposes() {
  const maySee = useMay('privacy:read');
  const query = apiQuery<Schema<'PurposeRead'>[]>('/api/v1/consent-purposes', { archived: true });
  return useQuery({ ...query, enabled: maySee }).data;
}

/** What a purpose is called; its key, where nobody knows. */
export function usePurposeName(): (key: string) => string {
  const purposes = usePurposes();
  return useCallback(
    (key: string) => purposes?.find((one) => one.key === key)?.name ?? key,
    [purposes],
  );
}
