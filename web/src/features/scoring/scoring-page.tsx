import { Card } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { CalibrationCard } from './calibration-card';
import { shownModel } from './card-data';
import { DistributionCard } from './distribution-card';
import { ExcludedCard, FeaturesCard } from './features-card';
import { HealthCard } from './health-card';
import { MatrixCard } from './matrix-card';
import { ModelCard } from './model-card';
import { modelQuery, modelsQuery, setupsQuery, summaryQuery } from './queries';
import { ReportCard } from './report-card';
import classes from './scoring.module.css';
import { SetupsCard } from './setups-card';
import { SourceCard } from './source-card';
import { ThresholdCard } from './threshold-card';
import { RunsCard, TrainButton, useScoringRuns } from './training';
import { VersionsCard } from './versions-card';

const route = getRouteApi('/_app/scoring/');

/** Where scores come from, how good the model is, its versions, and training. */
export function ScoringPage() {
  const { t } = useTranslation('scoring');
  const { model: wanted } = route.useSearch();
  const summary = useQuery(summaryQuery());
  const models = useQuery(modelsQuery());
  const scoring = useScoringRuns();
  const primary = useQuery(setupsQuery()).data?.items.find((setup) => setup.is_primary);
  const shown = shownModel(models.data?.items ?? [], wanted);
  const detail = useQuery({ ...modelQuery(shown?.id ?? ''), enabled: shown !== undefined });
  const missing = models.data && wanted !== undefined && !shown;
  return (
    <Page>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={
          <>
            <LinkButton variant="default" to="/scoring/evaluate">
              {t('evaluate.link')}
            </LinkButton>
            {summary.data && (
              <TrainButton enough={summary.data.labels.enough} running={scoring.runs.length > 0} />
            )}
          </>
        }
      />
      <RunsCard {...scoring} />
      <div className={classes.columns}>
        <div>
          <SourceCard
            summary={summary.data}
            error={summary.error}
            onRetry={() => void summary.refetch()}
          />
          <MatrixCard />
          <DistributionCard />
          {primary && primary.kind === 'model' && (
            <ThresholdCard
              key={primary.version}
              setupKey={primary.key}
              chosen={primary.settings.hot_false_positive_rate ?? 0.02}
            />
          )}
          {missing && (
            <Card>
              <NotFoundState
                title={t('model.missing')}
                to="/scoring"
                back={t('model.current')}
                order={2}
              />
            </Card>
          )}
          {shown && !detail.data && (
            <Card>
              {detail.error ? (
                <ErrorState error={detail.error} compact onRetry={() => void detail.refetch()} />
              ) : (
                <LoadingLines lines={12} />
              )}
            </Card>
          )}
          {detail.data && <ModelCard model={detail.data} />}
          {detail.data && <CalibrationCard model={detail.data} />}
          {detail.data && <ReportCard model={detail.data} />}
        </div>
        <div>
          <SetupsCard />
          {summary.data && shown && <HealthCard health={summary.data.health ?? undefined} />}
          <VersionsCard
            rollBackOf={summary.data?.may_roll_back ? primary?.key : undefined}
            models={models.data?.items}
            error={models.error}
            onRetry={() => void models.refetch()}
            shown={shown?.id}
          />
          {detail.data && <FeaturesCard features={detail.data.features} />}
          {detail.data && <ExcludedCard excluded={detail.data.excluded} />}
        </div>
      </div>
    </Page>
  );
}
