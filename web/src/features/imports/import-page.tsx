import { Loader, Stepper, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatNumber } from '@/app/format';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import classes from './imports.module.css';
import { MapStep } from './map-step';
import { stepOf } from './mapping';
import { PreviewStep } from './preview-step';
import { importQuery } from './queries';
import { ResultStep } from './result-step';

const route = getRouteApi('/_app/imports/$importId');
const STEPS = ['reading', 'map', 'preview', 'result'];

/** One import: map, preview, result. The step follows from its state, so leaving and coming back is safe. */
export function ImportPage() {
  const { t } = useTranslation('imports');
  const { importId } = route.useParams();
  const { step: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: entry, error, refetch } = useQuery(importQuery(importId));
  const to = (step: 'preview' | undefined) => void navigate({ search: { step } });
  if (error && !entry) {
    return (
      <Page>
        <PageHeader title={t('one')} />
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Page>
    );
  }
  if (!entry) {
    return (
      <Page>
        <PageHeader title={t('one')} />
        <LoadingLines lines={10} />
      </Page>
    );
  }
  const step = stepOf(entry, wanted);
  const { detected } = entry;
  return (
    <Page>
      <PageHeader
        title={entry.name}
        description={[
          formatBytes(entry.size_bytes),
          entry.rows_total != null &&
            t('about', { count: entry.rows_total, shown: formatNumber(entry.rows_total) }),
          detected &&
            (detected.kind === 'csv'
              ? `${detected.encoding}, “${detected.delimiter}”`
              : detected.sheet),
        ]
          .filter(Boolean)
          .join(' · ')}
      />
      <Stepper
        className={classes.steps}
        active={STEPS.indexOf(step)}
        size="sm"
        allowNextStepsSelect={false}
        wrap={false}
      >
        <Stepper.Step label={t('step.upload')} allowStepSelect={false} />
        <Stepper.Step
          label={t('step.map')}
          allowStepSelect={step === 'preview'}
          onClick={() => step === 'preview' && to(undefined)}
        />
        <Stepper.Step label={t('step.preview')} allowStepSelect={false} />
        <Stepper.Step label={t('step.result')} allowStepSelect={false} />
      </Stepper>
      {step === 'reading' && (
        <Text component="div">
          <Loader size="xs" /> {t('upload.reading')}
        </Text>
      )}
      {step === 'map' && <MapStep entry={entry} onDone={() => to('preview')} />}
      {step === 'preview' && <PreviewStep entry={entry} onBack={() => to(undefined)} />}
      {step === 'result' && <ResultStep entry={entry} />}
    </Page>
  );
}
