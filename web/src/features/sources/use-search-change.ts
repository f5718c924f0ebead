import { getRouteApi } from '@tanstack/react-router';

const route = getRouteApi('/_app/sources/$sourceId');

/** The ways the debugger changes its address: filter, open, turn the page. */
export function useSearchChange() {
  const navigate = route.useNavigate();
  return {
    filter: (changed: object) =>
      void navigate({
        search: (old) => ({ ...old, ...changed, cursor: undefined }),
        replace: true,
      }),
    open: (event: string | undefined) => void navigate({ search: (old) => ({ ...old, event }) }),
    turn: (cursor: string | null | undefined) =>
      cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined,
  };
}
