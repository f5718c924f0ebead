import { ActionIcon, Group, Kbd, ScrollArea, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { Fragment, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand, IconSearch } from '../icons';
import { grouped, type NavItem, useNavigation } from '../navigation';
import { keyCaps } from '../shortcuts';
import { OrganisationSwitch } from './organisation-switch';
import classes from './rail.module.css';
import { useShellState } from './shell-state';
import { UserMenu } from './user-menu';

function RailLink({ item, collapsed }: { item: NavItem; collapsed: boolean }) {
  const { t } = useTranslation();
  const Icon = item.icon;
  const label = t(item.label);
  return (
    <Tooltip label={label} position="right" disabled={!collapsed} openDelay={100}>
      <Link
        to={item.to}
        className={classes.link}
        activeProps={{ 'data-active': true }}
        activeOptions={{ includeSearch: false }}
        aria-label={collapsed ? label : undefined}
      >
        <Icon size={18} stroke={1.75} aria-hidden />
        {!collapsed && <span className="tw-truncate">{label}</span>}
        {item.count && (
          <Suspense>
            <item.count />
          </Suspense>
        )}
      </Link>
    </Tooltip>
  );
}

/** Navigation of the app; only pages that exist and that the person may open. */
export function Rail({
  collapsed,
  onCollapse,
}: {
  collapsed: boolean;
  onCollapse?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const { pages } = useNavigation();
  const { groups, bottom } = grouped(pages);
  const Collapse = collapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const openPalette = () => useShellState.setState({ palette: true, drawer: false });
  const list = useRef<HTMLElement>(null);
  const path = useLocation({ select: (location) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page, another link to show
  useEffect(() => {
    list.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' });
  }, [path]);
  return (
    <div className={classes.rail} data-collapsed={collapsed || undefined}>
      <OrganisationSwitch collapsed={collapsed} />
      <Tooltip label={t('palette.open')} position="right" disabled={!collapsed} openDelay={100}>
        <UnstyledButton
          className={classes.search}
          onClick={openPalette}
          aria-label={collapsed ? t('palette.open') : undefined}
        >
          <IconSearch size={16} aria-hidden />
          {!collapsed && (
            <>
              <span>{t('palette.search')}</span>
              <Group gap={4} wrap="nowrap" ml="auto" aria-hidden>
                {keyCaps('mod+k').map((cap) => (
                  <Kbd key={cap} size="xs">
                    {cap}
                  </Kbd>
                ))}
              </Group>
            </>
          )}
        </UnstyledButton>
      </Tooltip>
      <ScrollArea className={classes.scroll} scrollbars="y" type="hover">
        <nav ref={list} aria-label={t('nav.main')} className={classes.list}>
          {groups.map(({ label, items }) => (
            <div
              key={label ?? ''}
              className={classes.group}
              {...(label && { role: 'group', 'aria-label': t(label) })}
            >
              {label && !collapsed && (
                <Text className={classes.heading} aria-hidden>
                  {t(label)}
                </Text>
              )}
              {items.map((item) => (
                <Fragment key={item.to}>
                  <RailLink item={item} collapsed={collapsed} />
                  {item.below && !collapsed && (
                    <Suspense>
                      <item.below />
                    </Suspense>
                  )}
                </Fragment>
              ))}
            </div>
          ))}
        </nav>
      </ScrollArea>
      <div className={classes.lower}>
        <nav aria-label={t('nav.more')} className={classes.list}>
          {bottom.map((item) => (
            <RailLink key={item.to} item={item} collapsed={collapsed} />
          ))}
        </nav>
        <div className={classes.foot}>
          <UserMenu collapsed={collapsed} />
          {onCollapse && (
            <ActionIcon
              onClick={onCollapse}
              aria-label={t(collapsed ? 'nav.expand' : 'nav.collapse')}
            >
              <Collapse size={18} stroke={1.75} />
            </ActionIcon>
          )}
        </div>
      </div>
    </div>
  );
}
