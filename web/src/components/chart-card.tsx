import {
  ActionIcon,
  Box,
  Card,
  Center,
  Group,
  Menu,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { type ReactNode, Suspense, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconChartBar, IconDotsVertical, IconTable } from '@/app/icons';
import classes from './chart-card.module.css';
import { ErrorState } from './page-states';

export interface ChartColumn {
  key: string;
  label: string;
  align?: 'start' | 'end';
  format?: (value: unknown) => string;
}

interface ChartCardProps {
  title: string;
  /** One sentence that says what the picture shows; read by screen readers and under the title. */
  summary: string | undefined;
  /** The chart from `components/charts`; it may suspend. */
  children: ReactNode;
  columns: readonly ChartColumn[];
  data: readonly Record<string, unknown>[] | undefined;
  height?: number;
  error?: unknown;
  onRetry?: () => void;
  /** Shown when the answer has no data. */
  empty?: ReactNode;
  /** More Menu.Item entries. */
  menu?: ReactNode;
  beside?: ReactNode;
}

/** Frame of a chart: title, summary, the same numbers as a table, own loading and failure. */
export function ChartCard({
  title,
  summary,
  children,
  columns,
  data,
  height = 240,
  error,
  onRetry,
  empty,
  menu,
  beside,
}: ChartCardProps) {
  const { t } = useTranslation('components');
  const [asTable, setAsTable] = useState(false);
  const titleId = useId();
  const summaryId = useId();
  const loading = <Skeleton height={height} radius="sm" aria-hidden />;
  let content: ReactNode;
  if (error && !data) {
    content = <ErrorState error={error} compact order={3} {...(onRetry ? { onRetry } : {})} />;
  } else if (!data) content = loading;
  else if (data.length === 0 && empty) {
    content = (
      <Center mih={height} ta="center">
        {empty}
      </Center>
    );
  } else if (asTable) {
    content = (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
      <section className={classes.scroll} tabIndex={0} aria-labelledby={titleId}>
        <Table stickyHeader fz="sm">
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column.key} scope="col" ta={column.align ?? 'start'}>
                  {column.label}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: points have no identity
              <Table.Tr key={index}>
                {columns.map((column) => (
                  <Table.Td key={column.key} ta={column.align ?? 'start'} className="tw-number">
                    {column.format ? column.format(row[column.key]) : String(row[column.key] ?? '')}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    );
  } else {
    content = (
      <figure className={classes.figure} aria-labelledby={titleId} aria-describedby={summaryId}>
        <Suspense fallback={loading}>{children}</Suspense>
      </figure>
    );
  }
  return (
    <Card component="section" aria-labelledby={titleId}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Box className={classes.headings}>
            <Title order={2} size="h3" id={titleId} className="tw-truncate">
              {title}
            </Title>
            <Text size="xs" c="dimmed" id={summaryId} mih={16}>
              {summary}
            </Text>
          </Box>
          <Group gap={4} wrap="nowrap">
            {beside}
            <Menu>
              <Menu.Target>
                <ActionIcon size={28} aria-label={t('chart.menu', { title })}>
                  <IconDotsVertical size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  leftSection={asTable ? <IconChartBar size={16} /> : <IconTable size={16} />}
                  onClick={() => setAsTable(!asTable)}
                >
                  {t(asTable ? 'chart.asChart' : 'chart.asTable')}
                </Menu.Item>
                {menu}
              </Menu.Dropdown>
            </Menu>
          </Group>
        </Group>
        <Box mih={height}>{content}</Box>
      </Stack>
    </Card>
  );
}
