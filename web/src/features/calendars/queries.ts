import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';

export type Connection = Schema<'CalendarConnectionRead'>;
export type Calendar = Schema<'CalendarRead'>;
export type Vendor = Schema<'CalendarVendorRead'>;
export type App = Schema<'CalendarAppRead'>;
export type Feed = Schema<'FeedRead'>;

const CONNECTIONS = '/api/v1/calendar-connections';
const APPS = '/api/v1/calendar-apps';
const VENDORS = '/api/v1/calendar-vendors';
const FEED = '/api/v1/calendar-feed';
const AUTHORISATIONS = '/api/v1/calendar-authorisations';

/** Reading goes on in the background: while something is new, it is asked again soon. */
export const connectionsQuery = () => ({
  ...apiQuery<Connection[]>(CONNECTIONS),
  refetchInterval: (query: { state: { data?: Connection[] | undefined } }) =>
    (query.state.data ?? []).some(({ calendars }) =>
      calendars.some(
        ({ state, synced_at, problem }) => state === 'stale' && !synced_at && !problem,
      ),
    )
      ? 2000
      : 60_000,
});
export const vendorsQuery = () => apiQuery<Vendor[]>(VENDORS);
export const appsQuery = () => apiQuery<App[]>(APPS);
export const feedQuery = () => apiQuery<Feed>(FEED);

async function change<T>(
  stale: string[],
  method: 'post' | 'patch' | 'put' | 'delete',
  path: string,
  options: { body?: object; version?: number } = {},
): Promise<T> {
  try {
    return await request<T>(method, path, options);
  } finally {
    await invalidatePaths(...stale);
  }
}

export const connect = (body: object) =>
  change<Connection>([CONNECTIONS], 'post', CONNECTIONS, { body });
export const renewPassword = ({ id, version }: Connection, password: string) =>
  change<Connection>([CONNECTIONS], 'patch', `${CONNECTIONS}/${id}`, {
    body: { password },
    version,
  });
export const removeConnection = ({ id, version }: Connection) =>
  change<void>([CONNECTIONS], 'delete', `${CONNECTIONS}/${id}`, { version });
export const testConnection = ({ id }: Connection) =>
  change<Schema<'CalendarTestRead'>>([CONNECTIONS], 'post', `${CONNECTIONS}/${id}/tests`);
export const chooseCalendar = (
  { id }: Calendar,
  body: { reads_busy?: boolean; takes_meetings?: boolean },
) => change<Calendar>([CONNECTIONS], 'patch', `/api/v1/calendars/${id}`, { body });
export const readAgain = ({ id }: Calendar) =>
  change<void>([CONNECTIONS], 'post', `/api/v1/calendars/${id}/refreshes`);
/** Where the browser goes to sign in at a vendor. */
export const beginSignIn = (vendor: string, connectionId?: string) =>
  request<Schema<'AuthorisationRead'>>('post', AUTHORISATIONS, {
    body: { vendor, ...(connectionId ? { connection_id: connectionId } : {}) },
  });
export const completeSignIn = (body: object) =>
  change<Connection>([CONNECTIONS], 'post', `${AUTHORISATIONS}/completions`, { body });
export const storeApp = (vendor: string, body: object) =>
  change<App>([APPS, VENDORS], 'put', `${APPS}/${vendor}`, { body });
export const removeApp = (vendor: string) =>
  change<void>([APPS, VENDORS], 'delete', `${APPS}/${vendor}`);
export const renewFeed = () => change<Feed>([FEED], 'post', FEED);
export const endFeed = () => change<void>([FEED], 'delete', FEED);
