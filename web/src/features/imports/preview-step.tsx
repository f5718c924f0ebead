import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { queryClient } from '@/api/query-client';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError } from '@/components/toasts';
import classes from './imports.module.css';
import { type Import, importQuery, previewQuery } from './queries';

const COLOURS: Record<string, string> = {
  create: 'green',
  update: 'blue',
  fill: 'blue',
  reject: 'red',
};

/** The first rows as they would be imported; problems stand in their cells. */
export function PreviewStep({ entry, onBack }: { entry: Import; onBack: () => void }) {
  const { t } = useTranslation('imports');
  const { data, error, refetch } = useQuery(previewQuery(entry.id, JSON.stringify(entry.mapping)));
  const [starting, setStarting] = useState(false);
  const start = async () => {
    setStarting(true);
    try {
      const begun = await request<Import>('post', `/api/v1/imports/${entry.id}/start`, {
        body: { again: entry.same_file_as !== null },
      });
      queryClient.setQueryData(importQuery(entry.id).queryKey, begun);
    } catch (reason) {
      toastError(t('preview.notStarted'), reason);
      setStarting(false);
    }
  };
  return (
    <Stack gap="md">
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={10} />}
      {data && (
        <>
          <Group gap="xs">
            {Object.entries(data.effects).map(([effect, count]) => (
              <Badge key={effect} color={COLOURS[effect] ?? 'gray'}>
                {t(`effect.${effect}`)}: {count}
              </Badge>
            ))}
          </Group>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
          <section className={classes.preview} tabIndex={0} aria-label={t('preview.title')}>
            <Table fz="xs" stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t('preview.row')}</Table.Th>
                  <Table.Th scope="col">{t('preview.effect')}</Table.Th>
                  {data.columns.map((column) => (
                    <Table.Th key={column} scope="col">
                      {column}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.rows.map((row) => (
                  <Table.Tr key={row.row}>
                    <Table.Th scope="row" fw={400} className="tw-number">
                      {row.row}
                    </Table.Th>
                    <Table.Td className={classes.effect}>
                      <Badge color={COLOURS[row.effect] ?? 'gray'}>
                        {t(`effect.${row.effect}`)}
                      </Badge>
                    </Table.Td>
                    {data.columns.map((column, index) => {
                      const problem = row.problems.find(
                        (entryProblem) => entryProblem.column === column,
                      );
                      return (
                        <Table.Td
                          key={column}
                          data-problem={problem?.level}
                          className={classes.cell}
                        >
                          {row.cells[index]}
                          {problem && (
                            <Text size="xs" className={classes.problem}>
                              {problem.message}
                            </Text>
                          )}
                        </Table.Td>
                      );
                    })}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </section>
        </>
      )}
      <Group justify="space-between">
        <Button variant="default" onClick={onBack}>
          {t('preview.back')}
        </Button>
        <Button onClick={() => void start()} loading={starting} disabled={!data}>
          {t('preview.start')}
        </Button>
      </Group>
    </Stack>
  );
}
