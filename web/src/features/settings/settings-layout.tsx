import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { may } from '@/app/permissions';
import { useMe } from '@/app/session';
import { areas } from './sections';
import classes from './settings.module.css';

/** Sub-navigation beside the chosen page; shows what the person may see. */
export function SettingsLayout() {
  const { t } = useTranslation('settings');
  const me = useMe();
  const router = useRouter();
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  // On narrow screens the list scrolls sideways: the chosen page must not be out of sight. The page itself stays put.
  useEffect(() => {
    const list = nav.current?.getBoundingClientRect();
    const chosen = nav.current?.querySelector(`a[href="${pathname}"]`)?.getBoundingClientRect();
    if (!list || !chosen) return;
    nav.current?.scrollBy({ left: chosen.left - list.left - (list.width - chosen.width) / 2 });
  }, [pathname]);
  const shown = areas
    .map(({ label, pages }) => ({
      label,
      pages: pages.filter(
        (page) =>
          page.to in router.routesByPath &&
          may(me, 'permission' in page ? page.permission : undefined),
      ),
    }))
    .filter(({ pages }) => pages.length > 0);
  return (
    <div className={classes.frame}>
      <nav ref={nav} className={classes.nav} aria-label={t('title')}>
        {shown.map(({ label, pages }) => (
          <div key={label} className={classes.navArea}>
            <span className={classes.navLabel}>{t(label)}</span>
            {pages.map((page) => (
              <Link
                key={page.to}
                to={page.to as never}
                activeOptions={{ exact: 'exact' in page }}
                className={classes.link}
              >
                {t(page.label)}
              </Link>
            ))}
          </div>
        ))}
      </nav>
      <div className={classes.content}>
        <Outlet />
      </div>
    </div>
  );
}
