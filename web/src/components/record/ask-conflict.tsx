import { Stack, Table, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { i18n } from '@/app/i18n';
import classes from './record.module.css';

export interface ConflictRow {
  label: string;
  mine: string;
  theirs: string;
}

const t = (key: string) => i18n.t(`components:conflict.${key}`);

/** Shows both values of what two people changed; resolves to true when the own value shall win. */
export function askConflict(rows: readonly ConflictRow[]): Promise<boolean> {
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title: t('title'),
      size: 'lg',
      children: (
        <Stack gap="sm">
          <Text size="sm">{t('text')}</Text>
          <Table fz="sm" withTableBorder className={classes.compared}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('field')}</Table.Th>
                <Table.Th scope="col">{t('mine')}</Table.Th>
                <Table.Th scope="col">{t('theirs')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.label}>
                  <Table.Th scope="row" fw={500}>
                    {row.label}
                  </Table.Th>
                  <Table.Td>{row.mine || '–'}</Table.Td>
                  <Table.Td>{row.theirs || '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      ),
      labels: { confirm: t('keepMine'), cancel: t('keepTheirs') },
      onConfirm: () => resolve(true),
      onCancel: () => resolve(false),
      onClose: () => resolve(false),
    });
  });
}
