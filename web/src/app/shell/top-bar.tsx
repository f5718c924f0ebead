import {
  ActionIcon,
  Badge,
  Menu,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { Link, useMatches, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import {
  IconCheck,
  IconChevronRight,
  IconDeviceDesktop,
  IconMenu2,
  IconMoon,
  IconPlus,
  IconSun,
} from '../icons';
import { useNavigation } from '../navigation';
import { usePageTitleStore } from '../page-title';
import { useMe } from '../session';
import { Notifications } from './notifications';
import { useShellState } from './shell-state';
import classes from './top-bar.module.css';

function Breadcrumbs() {
  const { t } = useTranslation();
  const title = usePageTitleStore((state) => state.title);
  const crumbs = useMatches({
    select: (matches) =>
      matches.flatMap(({ pathname, staticData: { parent, crumb } }) => [
        ...(parent ? [parent] : []),
        ...(crumb === undefined ? [] : [{ to: pathname, label: crumb }]),
      ]),
    structuralSharing: true,
  });
  const items = crumbs.map((crumb) => ({ ...crumb, label: t(crumb.label) }));
  if (title && items[items.length - 1]?.label !== title) items.push({ to: '', label: title });
  return (
    <nav aria-label={t('nav.breadcrumb')} className={classes.crumbs}>
      <ol>
        {items.map((item, index) => {
          const last = index === items.length - 1;
          return (
            <li key={`${item.to}${item.label}`}>
              {index > 0 && <IconChevronRight size={14} aria-hidden />}
              {last ? (
                <span aria-current="page" className="tw-truncate" title={item.label}>
                  {item.label}
                </span>
              ) : (
                <Link to={item.to} className="tw-truncate">
                  {item.label}
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function QuickCreate() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { creates } = useNavigation();
  const opened = useShellState((state) => state.create);
  if (creates.length === 0) return null;
  return (
    <Menu opened={opened} onChange={(create) => useShellState.setState({ create })}>
      <Menu.Target>
        <Tooltip label={`${t('create.title')} (C)`} disabled={opened}>
          <ActionIcon aria-label={t('create.title')}>
            <IconPlus size={18} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('create.title')}</Menu.Label>
        {creates.map(({ to, label, icon: Icon, search }) => (
          <Menu.Item
            key={`${to}${label}`}
            leftSection={<Icon size={16} stroke={1.75} />}
            onClick={() => void navigate({ to, search } as never)}
          >
            {t(label)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const SCHEMES = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const;

function ThemeSwitch() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const computed = useComputedColorScheme('light');
  const Current = computed === 'dark' ? IconMoon : IconSun;
  return (
    <Menu width={180}>
      <Menu.Target>
        <ActionIcon aria-label={t('theme.title')}>
          <Current size={18} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('theme.title')}</Menu.Label>
        {SCHEMES.map(({ value, icon: Icon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            leftSection={<Icon size={16} stroke={1.75} />}
            rightSection={colorScheme === value ? <IconCheck size={16} /> : undefined}
            onClick={() => setColorScheme(value)}
          >
            {t(`theme.${value}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Breadcrumb and the things that are there on every page. */
export function TopBar() {
  const { t } = useTranslation();
  const { organisation } = useMe();
  return (
    <section className={classes.bar} aria-label={t('nav.topBar')}>
      <ActionIcon
        className={classes.menu}
        aria-label={t('nav.menu')}
        onClick={() => useShellState.setState({ drawer: true })}
      >
        <IconMenu2 size={20} />
      </ActionIcon>
      <Breadcrumbs />
      {organisation.is_sample && (
        <Badge color="violet" className={classes.sample}>
          {t('organisation.sample')}
        </Badge>
      )}
      <div className={classes.actions}>
        <QuickCreate />
        <Notifications />
        <ThemeSwitch />
      </div>
    </section>
  );
}
