import { useRouter } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import type { Icon } from './icon-type';
import { may } from './permissions';
import { useMe } from './session';

export interface NavEntry {
  /** Key in the app texts. */
  label: string;
  icon: Icon;
  /** Place in the rail; below 100 in the upper part, from 100 on at the bottom. */
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
