import { useRouter } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import type { Icon } from './icon-type';
import { may } from './permissions';
import { useMe } from './session';

export interface NavEntry {
  /** Key in the app texts. */
  label: string;
  icon: Icon;
  /** Place in the rail. Its hundreds are the group (see GROUPS); from 900 on it stands at the bottom. */
  order: number;
  /** Second key of "g …". */
  go?: string;
  /** Links of its own, shown below it in the open rail. */
  below?: ComponentType;
  /** What waits there, as a number behind its name. */
  count?: ComponentType;
}

export interface CreateEntry {
  label: string;
  icon: Icon;
  search: Record<string, unknown>;
  permission: string;
}

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** Shows the page in the rail, the palette and the "g" shortcuts. */
    nav?: NavEntry;
    /** Key in the app texts for the breadcrumb of this level. */
    crumb?: string;
    /** The list a record's page belongs to: stands before it in the breadcrumb. */
    parent?: { label: string; to: string };
    /** Right needed to open the page. */
    permission?: string;
    /** Entry of quick create; the page opens its dialog from these search params. */
    create?: CreateEntry;
  }
}

export interface NavItem extends NavEntry {
  to: string;
}

/** Parts of the rail, by the hundreds of `order`; keys of their headings. What one does every day has none. */
const GROUPS = [undefined, 'nav.customers', 'nav.reach', 'nav.answers', 'nav.figures'] as const;
const BOTTOM = 900;

export interface NavGroup {
  label: (typeof GROUPS)[number];
  items: NavItem[];
}

/** The pages of the rail: in groups, and what stands at the bottom. Groups without a page are left out. */
export function grouped(pages: readonly NavItem[]): { groups: NavGroup[]; bottom: NavItem[] } {
  const groups = GROUPS.map((label, place) => ({
    label,
    items: pages.filter(({ order }) => order < BOTTOM && Math.floor(order / 100) === place),
  })).filter(({ items }) => items.length > 0);
  return { groups, bottom: pages.filter(({ order }) => order >= BOTTOM) };
}

export interface CreateItem extends CreateEntry {
  to: string;
}

interface RouteLike {
  fullPath: string;
  options: { staticData?: import('@tanstack/react-router').StaticDataRouteOption };
}

/** Pages and create actions the person may use, collected from the routes themselves. */
export function useNavigation(): { pages: NavItem[]; creates: CreateItem[] } {
  const router = useRouter();
  const me = useMe();
  const pages: NavItem[] = [];
  const creates: CreateItem[] = [];
  for (const route of Object.values(router.routesById) as unknown as RouteLike[]) {
    const data = route.options.staticData;
    if (!data || !may(me, data.permission)) continue;
    const to = route.fullPath === '/' ? '/' : route.fullPath.replace(/\/$/, '');
    if (data.nav) pages.push({ ...data.nav, to });
    if (data.create && may(me, data.create.permission)) creates.push({ ...data.create, to });
  }
  pages.sort((a, b) => a.order - b.order);
  return { pages, creates };
}
