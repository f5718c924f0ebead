import { Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Outlet, useLocation, useMatches, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorBoundary } from '@/components/error-boundary';
import { NoPermissionState } from '@/components/page-states';
import { useNavigation } from '../navigation';
import { may } from '../permissions';
import { usePreference } from '../preferences';
import { startRealtime } from '../realtime';
import { useMe } from '../session';
import { listenForShortcuts, useShortcutRegistry, useShortcuts } from '../shortcuts';
import { Banners } from './banners';
import { Rail } from './rail';
import classes from './shell.module.css';
import { useShellState } from './shell-state';
import { TopBar } from './top-bar';

const Palette = lazy(() => import('./palette').then((m) => ({ default: m.Palette })));
const ShortcutSheet = lazy(() =>
  import('./shortcut-sheet').then((m) => ({ default: m.ShortcutSheet })),
);

function useGlobalShortcuts(): void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { pages } = useNavigation();
  const general = t('keys.general');
  useShortcuts([
    {
      keys: 'mod+k',
      label: t('keys.palette'),
      group: general,
      always: true,
      run: () => useShellState.setState((state) => ({ palette: !state.palette })),
    },
    {
      keys: '?',
      label: t('keys.sheet'),
      group: general,
      run: () => useShortcutRegistry.setState({ sheetOpen: true }),
    },
    {
      keys: 'c',
      label: t('keys.create'),
      group: general,
      run: () => useShellState.setState({ create: true }),
    },
    ...pages
      .filter((page) => page.go)
      .map((page) => ({
        keys: `g ${page.go}`,
        label: t(page.label),
        group: t('keys.goTo'),
        run: () => void navigate({ to: page.to }),
      })),
  ]);
}

/** Rail, top bar and the open page. */
export function Shell() {
  const { t } = useTranslation();
  const me = useMe();
  const { palette, drawer } = useShellState();
  const sheetOpen = useShortcutRegistry((state) => state.sheetOpen);
  const [paletteUsed, setPaletteUsed] = useState(false);
  const path = useLocation({ select: (location) => location.pathname });
  const small = useMediaQuery('(max-width: 64em)');
  const [collapsed, setCollapsed] = usePreference('rail_collapsed', false);
  const [singleKeys] = usePreference('single_keys', true);
  const missing = useMatches({
    select: (matches) =>
      matches.map((match) => match.staticData.permission).find((item) => !may(me, item)),
  });
  useGlobalShortcuts();
  useEffect(listenForShortcuts, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another organisation needs another stream
  useEffect(startRealtime, [me.organisation.id, me.user.id]);
  useEffect(() => useShortcutRegistry.setState({ singleKeys }), [singleKeys]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the page changes
  useEffect(() => useShellState.setState({ drawer: false }), [path]);
  useEffect(() => {
    if (palette) setPaletteUsed(true);
  }, [palette]);

  const icons = Boolean(small) || collapsed;
  return (
    <div className={classes.shell} data-collapsed={icons || undefined}>
      <a href="#main" className={classes.skip}>
        {t('skip')}
      </a>
      <aside className={classes.rail} aria-label={t('nav.sidebar')}>
        <Rail collapsed={icons} onCollapse={small ? undefined : () => setCollapsed(!collapsed)} />
      </aside>
      <Drawer.Root
        opened={drawer}
        onClose={() => useShellState.setState({ drawer: false })}
        position="left"
        size={280}
      >
        <Drawer.Overlay />
        <Drawer.Content aria-label={t('nav.menu')} className={classes.drawer}>
          <Rail collapsed={false} />
        </Drawer.Content>
      </Drawer.Root>
      <div className={classes.column}>
        <TopBar />
        <Banners />
        <main id="main" className={classes.main} tabIndex={-1} data-scroll-restoration-id="main">
          <ErrorBoundary resetKey={path}>
            {missing === undefined ? <Outlet /> : <NoPermissionState permission={missing} />}
          </ErrorBoundary>
        </main>
      </div>
      <Suspense fallback={null}>
        {(palette || paletteUsed) && <Palette />}
        {sheetOpen && <ShortcutSheet />}
      </Suspense>
    </div>
  );
}
