import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import classes from './layout.module.css';
import { TABS } from './tabs';

/** The row of tabs above the pages of knowledge; pages of single records have none. */
export function KnowledgeLayout() {
  const { t } = useTranslation('knowledge');
  const router = useRouter();
  const pathname = useLocation().pathname.replace(/\/$/, '');
  if (!TABS.some(({ to }) => to === pathname)) return <Outlet />;
  return (
    <div className={classes.frame}>
      <nav className={classes.tabs} aria-label={t('title')}>
        {TABS.filter(({ to }) => to in router.routesByPath || `${to}/` in router.routesByPath).map(
          ({ to, label }) => (
            <Link
              key={to}
              to={to as never}
              className={classes.tab}
              activeOptions={{ exact: true, includeSearch: false }}
            >
              {t(label)}
            </Link>
          ),
        )}
      </nav>
      <Outlet />
    </div>
  );
}
