import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Icon as IconType } from '@/app/icon-type';
import classes from './state-panel.module.css';

interface StatePanelProps {
  icon: IconType;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** Heading level: 1 when the panel is the whole page. */
  order?: 1 | 2 | 3;
  compact?: boolean;
  role?: 'alert' | 'status';
}

/** The common frame of every empty, failed or forbidden state. */
export function StatePanel({
  icon: Icon,
  title,
  children,
  action,
  order = 2,
  compact = false,
  role,
}: StatePanelProps) {
  return (
    <Stack
      className={classes.panel}
      data-compact={compact || undefined}
      align="center"
      gap="sm"
      role={role}
    >
      <span className={classes.icon} aria-hidden>
        <Icon size={20} stroke={1.5} />
      </span>
      <Title order={order} size="h3" ta="center" tabIndex={order === 1 ? -1 : undefined}>
        {title}
      </Title>
      {children && (
        <Text size="sm" c="dimmed" ta="center" component="div" className={classes.text}>
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}
