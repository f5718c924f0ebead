import { useEffect } from 'react';
import { create } from 'zustand';

export const usePageTitleStore = create<{ title: string | undefined }>(() => ({
  title: undefined,
}));

/** Names the open page in the breadcrumb and the browser tab. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    usePageTitleStore.setState({ title });
    document.title = title ? `${title} · Tradewind` : 'Tradewind';
    return () => usePageTitleStore.setState({ title: undefined });
  }, [title]);
}
