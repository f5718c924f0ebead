import { Tabs } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import classes from './page-tabs.module.css';

interface PageTabsProps<Tab extends string> {
  /** Name of the row for screen readers, where the page has other tabs. */
  label?: string;
  tabs: readonly { value: Tab; label: ReactNode }[];
  value: Tab;
  onChange: (tab: Tab) => void;
  /** The open tab's panel takes what is left of the page's height. */
  fill?: boolean;
  children: ReactNode;
}

/** Parts of a record as tabs that scroll sideways where they are too many; the open one is in the URL. */
export function PageTabs<Tab extends string>({
  label,
  tabs,
  value,
  onChange,
  fill = false,
  children,
}: PageTabsProps<Tab>) {
  const row = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is another one to show
  useEffect(() => {
    const open = row.current?.querySelector('[data-active]');
    open?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [value]);
  return (
    <Tabs
      value={value}
      onChange={(next) => onChange(next as Tab)}
      keepMounted={false}
      className={fill ? classes.fill : undefined}
    >
      <Tabs.List ref={row} className={classes.tabs} aria-label={label}>
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.value} value={tab.value}>
            {tab.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={value} pt="md" className={fill ? classes.fill : undefined}>
        {children}
      </Tabs.Panel>
    </Tabs>
  );
}
