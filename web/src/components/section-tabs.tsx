import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import classes from './section-tabs.module.css';

interface SectionTabsProps {
  /** Name of the row for screen readers. */
  label: string;
  /** Pages that share the row, in its order; one whose route does not exist is left out. */
  tabs: readonly { to: string; label: string }[];
}

/** The row of tabs above the pages of one section; pages of single records have none. */
export function SectionTabs({ label, tabs }: SectionTabsProps) {
  const router = useRouter();
  const pathname = useLocation().pathname.replace(/\/$/, '');
  if (!tabs.some(({ to }) => to === pathname)) return <Outlet />;
  return (
    <div className={classes.frame}>
      <nav className={classes.tabs} aria-label={label}>
        {tabs
          .filter(({ to }) => to in router.routesByPath || `${to}/` in router.routesByPath)
          .map((tab) => (
            <Link
              key={tab.to}
              to={tab.to as never}
              className={classes.tab}
              activeOptions={{ exact: true, includeSearch: false }}
            >
              {tab.label}
            </Link>
          ))}
      </nav>
      <Outlet />
    </div>
  );
}
