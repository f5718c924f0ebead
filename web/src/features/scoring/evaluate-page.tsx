import {
  Alert,
  Anchor,
  Badge,
  Button,
  Card,
  Group,
  List,
  Loader,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber, formatPercent, formatRelative } from '@/app/format';
import { IconDownload, IconFlask } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { toastError } from '@/components/toasts';
import { CalibrationCard } from './calibration-card';
import { EvaluateForm } from './evaluate-form';
import { EVALUATIONS, type Evaluation, evaluationsQuery } from './queries';
import classes from './scoring.module.css';

const three = (value: number) =>
  formatNumber(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 });

function Figures({ result }: { result: NonNullable<Evaluation['result']> }) {
  const { t } = useTranslation('scoring');
  const { metrics } = result;
  const facts = metrics
    ? [
        { label: t('model.auc'), value: three(metrics.auc), hint: t('model.aucText') },
        { label: t('model.accuracy'), value: formatPercent(metrics.accuracy, 1), hint: '' },
        { label: t('model.brier'), value: three(metrics.brier), hint: '' },
        { label: t('model.ece'), value: formatPercent(metrics.ece, 1), hint: t('model.eceText') },
        {
          label: t('model.top'),
          value: formatPercent(metrics.precision_at_20, 1),
          hint: t('model.topText', { rate: formatPercent(metrics.positives / metrics.rows, 1) }),
        },
        {
          label: t('evaluate.hot'),
          value: formatPercent(metrics.hot.recall, 1),
          hint: t('evaluate.hotText', {
            precision: formatPercent(metrics.hot.precision),
            rate: formatPercent(metrics.hot.false_positive_rate, 1),
          }),
        },
      ]
    : [];
  return (
    <Stack gap="md">
      {!metrics && <Text size="sm">{t('evaluate.noTarget')}</Text>}
      <dl className={classes.facts}>
        {facts.map((fact) => (
          <div key={fact.label}>
            <dt>{fact.label}</dt>
            <dd>
              <span className={`${classes.value} tw-number`}>{fact.value}</span>
              <Text size="xs" c="dimmed">
                {fact.hint}
              </Text>
            </dd>
          </div>
        ))}
      </dl>
      <Text size="sm">
        {t('evaluate.bands', {
          rows: formatNumber(result.rows),
          hot: formatNumber(result.bands.hot ?? 0),
          warm: formatNumber(result.bands.warm ?? 0),
          cool: formatNumber(result.bands.cool ?? 0),
          cold: formatNumber(result.bands.cold ?? 0),
        })}
      </Text>
      {result.features.length > 0 && (
        <Text size="sm">
          {t('evaluate.looksAt', {
            list: result.features
              .slice(0, 5)
              .map((feature) => `${feature.label} ${formatPercent(feature.share)}`)
              .join(', '),
          })}
        </Text>
      )}
      {result.notes.length > 0 && (
        <List size="sm">
          {result.notes.map((note) => (
            <List.Item key={note}>{note}</List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}

function Outcome({ evaluation }: { evaluation: Evaluation }) {
  const { t } = useTranslation('scoring');
  const { result } = evaluation;
  return (
    <>
      <Card component="section" aria-labelledby="evaluate-result">
        <Stack gap="md">
          <Group justify="space-between">
            <Title order={2} size="h3" id="evaluate-result">
              {evaluation.name}
            </Title>
            {evaluation.state === 'ready' && (
              <Button
                component="a"
                href={`${EVALUATIONS}/${evaluation.id}/scores.csv`}
                download
                variant="default"
                leftSection={<IconDownload size={16} />}
              >
                {t('evaluate.download')}
              </Button>
            )}
          </Group>
          <div role="status">
            {evaluation.state === 'running' && (
              <Group gap="xs">
                <Loader size={16} />
                <Text size="sm">{t('evaluate.running')}</Text>
              </Group>
            )}
          </div>
          {evaluation.state === 'failed' && (
            <Alert color="red" title={t('evaluate.failed')}>
              {evaluation.error}
            </Alert>
          )}
          {result && <Figures result={result} />}
        </Stack>
      </Card>
      {result && result.calibration_curve.length > 0 && (
        <CalibrationCard model={{ calibration_curve: result.calibration_curve }} />
      )}
    </>
  );
}

/** The product's scorer on files of one's own: figures, and the scores to take away. */
export function EvaluatePage() {
  const { t } = useTranslation('scoring');
  const mayWrite = useMay('scoring:write');
  const [chosen, setChosen] = useState<string>();
  const { data, error, refetch } = useQuery({
    ...evaluationsQuery(),
    refetchInterval: ({ state }) =>
      state.data?.items.some((item) => item.state === 'running') ? 1500 : false,
  });
  const shown = data?.items.find((item) => item.id === chosen) ?? data?.items[0];
  const remove = async (item: Evaluation) => {
    try {
      await request('delete', `${EVALUATIONS}/${item.id}`);
    } catch (reason) {
      toastError(t('evaluate.notRemoved'), reason);
    }
    await invalidatePaths(EVALUATIONS);
  };
  return (
    <Page>
      <PageHeader title={t('evaluate.title')} description={t('evaluate.description')} />
      <div className={classes.columns}>
        <div>
          {mayWrite && <EvaluateForm onStarted={setChosen} />}
          {shown && <Outcome evaluation={shown} />}
        </div>
        <div>
          <Card component="section" aria-labelledby="evaluate-earlier">
            <Stack gap="md">
              <Title order={2} size="h3" id="evaluate-earlier">
                {t('evaluate.earlier')}
              </Title>
              {error && !data ? (
                <ErrorState error={error} compact onRetry={() => void refetch()} />
              ) : !data ? (
                <LoadingLines />
              ) : data.items.length === 0 ? (
                <EmptyState icon={IconFlask} title={t('evaluate.none')} compact>
                  {t('evaluate.noneText')}
                </EmptyState>
              ) : (
                <ul className={classes.rows}>
                  {data.items.map((item) => (
                    <li key={item.id} className={classes.row}>
                      <div className={classes.main}>
                        <Anchor
                          component="button"
                          type="button"
                          size="sm"
                          fw={item.id === shown?.id ? 600 : undefined}
                          className="tw-truncate"
                          maw="100%"
                          onClick={() => setChosen(item.id)}
                        >
                          {item.name}
                        </Anchor>
                        <Text size="xs" c="dimmed">
                          {formatRelative(item.created_at)}
                        </Text>
                      </div>
                      <Group gap={4}>
                        {item.state !== 'ready' && (
                          <Badge color={item.state === 'failed' ? 'red' : 'gray'}>
                            {t(`evaluate.state.${item.state}`)}
                          </Badge>
                        )}
                        {mayWrite && item.state !== 'running' && (
                          <Button
                            variant="subtle"
                            color="gray"
                            size="compact-sm"
                            aria-label={t('evaluate.removeNamed', { name: item.name })}
                            onClick={() => void remove(item)}
                          >
                            {t('evaluate.remove')}
                          </Button>
                        )}
                      </Group>
                    </li>
                  ))}
                </ul>
              )}
            </Stack>
          </Card>
        </div>
      </div>
    </Page>
  );
}
