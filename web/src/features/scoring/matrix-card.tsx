import { Card, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { cellFilter, LEVELS, matrixCell, promise } from './matrix';
import { type Matrix, matrixQuery } from './queries';
import classes from './scoring.module.css';

function Grid({ matrix }: { matrix: Matrix }) {
  const { t } = useTranslation('scoring');
  const most = Math.max(0.01, ...matrix.cells.map(promise));
  return (
    <table className={classes.matrix}>
      <thead>
        <tr>
          <td />
          {[...LEVELS].reverse().map((level) => (
            <th key={level} scope="col">
              {t(`matrix.engagement.${level}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {LEVELS.map((fit) => (
          <tr key={fit}>
            <th scope="row">{t(`matrix.fit.${fit}`)}</th>
            {[...LEVELS].reverse().map((engagement) => {
              const cell = matrixCell(matrix, fit, engagement);
              return (
                <td key={engagement}>
                  <LinkAnchor
                    to="/leads"
                    search={
                      { filter: cellFilter(matrix, fit, engagement), sort: '-score' } as never
                    }
                    className={classes.cell}
                    underline="never"
                    c="inherit"
                  >
                    <svg className={classes.shade} aria-hidden>
                      <rect
                        width="100%"
                        height="100%"
                        opacity={0.04 + (0.3 * promise(cell)) / most}
                      />
                    </svg>
                    <span className="tw-hidden">
                      {t('matrix.cell', {
                        fit: t(`matrix.fit.${fit}`),
                        engagement: t(`matrix.engagement.${engagement}`),
                      })}
                    </span>
                    <span className={`${classes.value} tw-number`}>{formatNumber(cell.leads)}</span>
                    <Text span size="xs" c="dimmed">
                      {t('matrix.hot', { hot: formatNumber(cell.hot) })}
                    </Text>
                    {cell.known > 0 && (
                      <Text span size="xs" c="dimmed">
                        {t('matrix.won', { share: formatPercent(cell.won / cell.known) })}
                      </Text>
                    )}
                  </LinkAnchor>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Who the leads are against what they do: nine cells, each leading to its leads. */
export function MatrixCard() {
  const { t } = useTranslation('scoring');
  const { data, error, refetch } = useQuery(matrixQuery());
  return (
    <Card component="section" aria-labelledby="scoring-matrix">
      <Stack gap="md">
        <div>
          <Title order={2} size="h3" id="scoring-matrix">
            {t('matrix.title')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('matrix.text')}
          </Text>
        </div>
        {error && !data ? (
          <ErrorState error={error} compact onRetry={() => void refetch()} />
        ) : !data ? (
          <LoadingLines lines={8} />
        ) : data.cells.length === 0 ? (
          <Text c="dimmed">{t('matrix.empty')}</Text>
        ) : (
          <Grid matrix={data} />
        )}
      </Stack>
    </Card>
  );
}
