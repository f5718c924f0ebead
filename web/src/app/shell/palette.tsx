import '@mantine/spotlight/styles.css';
import { Group, Kbd, Loader, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight } from '@mantine/spotlight';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import type { Icon } from '../icon-type';
import { IconBook, IconBuilding, IconCoin, IconSearch, IconUser } from '../icons';
import { useNavigation } from '../navigation';
import { keyCaps } from '../shortcuts';
import classes from './palette.module.css';
import { paletteStore, setPaletteOpen } from './palette-store';
import { useShellState } from './shell-state';

interface PaletteAction {
  id: string;
  label: string;
  description?: string | undefined;
  icon: Icon;
  keys?: string | undefined;
  run: () => void;
}

const KINDS = [
  { key: 'leads', label: 'nav.leads', icon: IconUser, path: '/leads' },
  { key: 'companies', label: 'nav.companies', icon: IconBuilding, path: '/companies' },
  { key: 'deals', label: 'nav.deals', icon: IconCoin, path: '/deals' },
] as const;

function Entry({ action }: { action: PaletteAction }) {
  const Picture = action.icon;
  return (
    <Spotlight.Action onClick={action.run}>
      <Group gap="sm" wrap="nowrap" w="100%">
        <Picture size={18} stroke={1.5} />
        <Text size="sm" className="tw-truncate">
          {action.label}
        </Text>
        {action.description && (
          <Text size="sm" c="dimmed" className="tw-truncate">
            {action.description}
          </Text>
        )}
        {action.keys && (
          <Group gap={4} ml="auto" wrap="nowrap">
            {keyCaps(action.keys).map((cap) => (
              <Kbd key={cap} size="xs">
                {cap}
              </Kbd>
            ))}
          </Group>
        )}
      </Group>
    </Spotlight.Action>
  );
}

/** Ctrl+K: go to a page, create something, find a record. */
export function Palette() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { pages, creates } = useNavigation();
  const opened = useShellState((state) => state.palette);
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), 150);
  const search = useQuery({
    ...apiQuery<Schema<'SearchRead'>>('/api/v1/search', { q: query }),
    enabled: opened && query.length >= 2,
    placeholderData: keepPreviousData,
    retry: false,
  });
  useEffect(() => {
    setPaletteOpen(opened);
    if (opened) setText('');
  }, [opened]);

  const matches = (label: string) => label.toLowerCase().includes(text.trim().toLowerCase());
  const goTo: PaletteAction[] = pages
    .map((page) => ({
      id: `go-${page.to}`,
      label: t(page.label),
      icon: page.icon,
      keys: page.go && `g ${page.go}`,
      run: () => void navigate({ to: page.to }),
    }))
    .filter((action) => matches(action.label));
  const create: PaletteAction[] = creates
    .map((item) => ({
      id: `create-${item.to}-${item.label}`,
      label: t(item.label),
      icon: item.icon,
      run: () => void navigate({ to: item.to, search: item.search } as never),
    }))
    .filter((action) => matches(action.label));
  if (matches(t('user.docs'))) {
    // A page of its own, outside the router.
    const run = () => location.assign('/docs');
    goTo.push({ id: 'go-docs', label: t('user.docs'), icon: IconBook, run });
  }
  const found = query.length >= 2 ? search.data : undefined;
  const records = KINDS.map((kind) => ({
    id: kind.key,
    label: t(kind.label),
    actions: (found?.[kind.key] ?? []).map((hit) => ({
      id: hit.id,
      label: hit.title,
      description: hit.subtitle,
      icon: kind.icon,
      run: () => void navigate({ to: `${kind.path}/${hit.id}` }),
    })),
  }));
  const groups: { id: string; label: string; actions: PaletteAction[] }[] = [
    ...records,
    { id: 'go', label: t('palette.goTo'), actions: goTo },
    { id: 'create', label: t('palette.create'), actions: create },
  ].filter((group) => group.actions.length > 0);

  return (
    <Spotlight.Root
      store={paletteStore}
      query={text}
      onQueryChange={setText}
      onSpotlightClose={() => useShellState.setState({ palette: false })}
      shortcut={null}
      clearQueryOnClose={false}
      attributes={{ content: { 'aria-label': t('palette.open') } }}
      centered={false}
      yOffset="12vh"
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      classNames={classes}
      scrollable
      maxHeight="min(420px, 60vh)"
    >
      <Spotlight.Search
        placeholder={t('palette.placeholder')}
        aria-label={t('palette.placeholder')}
        leftSection={<IconSearch size={18} stroke={1.5} />}
        rightSection={search.isFetching ? <Loader size={16} /> : undefined}
      />
      <Spotlight.ActionsList>
        {groups.map((group) => (
          <Spotlight.ActionsGroup key={group.id} label={group.label}>
            {group.actions.map((action) => (
              <Entry key={action.id} action={action} />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && (
          <Spotlight.Empty>
            {search.isError
              ? t('palette.failed')
              : search.isFetching
                ? t('palette.searching')
                : t('palette.nothing', { text })}
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
