import { Badge, Box, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatNumber } from '@/app/format';
import { usePageTitle } from '@/app/page-title';
import classes from './page.module.css';

interface PageHeaderProps {
  title: string;
  /** Number of records, shown beside the title. */
  count?: number | undefined;
  description?: ReactNode;
  /** Buttons; at most one of them filled. */
  actions?: ReactNode;
  /** Beside the title: status badge, menu. */
  beside?: ReactNode;
}

/** The one h1 of a page, with its actions. Also names the tab and the breadcrumb. */
export function PageHeader({ title, count, description, actions, beside }: PageHeaderProps) {
  usePageTitle(title);
  return (
    <Group component="header" className={classes.header} justify="space-between" gap="sm">
      <Box className={classes.headings}>
        <Group gap="xs" className={classes.titles}>
          <Title order={1} tabIndex={-1} className={classes.title} title={title}>
            {title}
          </Title>
          {count !== undefined && (
            <Badge color="gray" className="tw-number">
              {formatNumber(count)}
            </Badge>
          )}
          {beside}
        </Group>
        {description && (
          <Text size="sm" c="dimmed" component="div">
            {description}
          </Text>
        )}
      </Box>
      {actions && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}
