import { ActionIcon, Button, Checkbox, Group, Popover, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconColumns3, IconMinus, IconPlus } from '@/app/icons';
import classes from './data-table.module.css';
import type { DataColumn, TableLayout } from './types';
import { visibility } from './use-data-table';

interface ColumnMenuProps<Row> {
  columns: readonly DataColumn<Row>[];
  layout: TableLayout | undefined;
  onLayout: (layout: TableLayout) => void;
}

const STEP = 40;

/** Chooses the columns; − and + are the way to resize without dragging. */
export function ColumnMenu<Row>({ columns, layout, onLayout }: ColumnMenuProps<Row>) {
  const { t } = useTranslation('components');
  const shown = visibility(columns, layout);
  const width = (column: DataColumn<Row>) => layout?.widths?.[column.id] ?? column.size ?? 160;
  const resize = (column: DataColumn<Row>, by: number) =>
    onLayout({
      ...layout,
      widths: {
        ...layout?.widths,
        [column.id]: Math.min(800, Math.max(column.minSize ?? 72, width(column) + by)),
      },
    });
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} />}>
          {t('table.columns')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={4} className={classes.menu}>
          {columns.map((column) => (
            <Group key={column.id} justify="space-between" wrap="nowrap" gap="sm">
              <Checkbox
                size="xs"
                label={column.header}
                checked={shown[column.id] ?? true}
                disabled={column.hideable === false}
                onChange={(event) =>
                  onLayout({
                    ...layout,
                    columns: { ...layout?.columns, [column.id]: event.currentTarget.checked },
                  })
                }
              />
              <Group gap={4} wrap="nowrap">
                <ActionIcon
                  size={24}
                  aria-label={t('table.narrower', { column: column.header })}
                  onClick={() => resize(column, -STEP)}
                >
                  <IconMinus size={14} />
                </ActionIcon>
                <ActionIcon
                  size={24}
                  aria-label={t('table.wider', { column: column.header })}
                  onClick={() => resize(column, STEP)}
                >
                  <IconPlus size={14} />
                </ActionIcon>
              </Group>
            </Group>
          ))}
          <Group justify="space-between" mt={4}>
            <Text size="xs" c="dimmed">
              {t('table.columnsHint')}
            </Text>
            <Button size="compact-xs" variant="subtle" onClick={() => onLayout({})}>
              {t('table.reset')}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
