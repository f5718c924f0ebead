import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';

export type Summary = Schema<'SummaryRead'>;
export type Distribution = Schema<'DistributionRead'>;
export type ModelSummary = Schema<'ModelSummary'>;
export type ModelDetail = Schema<'ModelDetail'>;
export type JobRun = Schema<'JobRunRead'>;

export const summaryQuery = () => apiQuery<Summary>('/api/v1/scoring/summary');
export const distributionQuery = () => apiQuery<Distribution>('/api/v1/scoring/distribution');
export const modelsQuery = () => apiQuery<Schema<'ModelList'>>('/api/v1/scoring/models');
export const modelQuery = (id: string) => apiQuery<ModelDetail>(`/api/v1/scoring/models/${id}`);
export const jobsQuery = () => apiQuery<{ items: JobRun[] }>('/api/v1/jobs');

export type Setup = Schema<'SetupRead'>;
export type Settings = Schema<'SetupSettings'>;
export type RuleSet = Schema<'RuleSet'>;
export type PointRule = NonNullable<RuleSet['rules']>[number];
export type Preview = Schema<'ScorePreviewRead'>;
export type Curve = Schema<'ThresholdCurve'>;
export type Matrix = Schema<'MatrixRead'>;

const SETUPS = '/api/v1/scoring/setups';

export const setupPath = (key: string) => `${SETUPS}/${key}`;
export const setupsQuery = () => apiQuery<{ items: Setup[] }>(SETUPS);
export const setupQuery = (key: string) => apiQuery<Setup>(setupPath(key));
export const curveQuery = (key: string) => apiQuery<Curve>(`${setupPath(key)}/threshold`);
export const previewQuery = (id: string) => apiQuery<Preview>(`/api/v1/scoring/previews/${id}`);
export const matrixQuery = () => apiQuery<Matrix>('/api/v1/scoring/matrix');
export const featuresQuery = () => apiQuery<Schema<'FeatureChoices'>>('/api/v1/scoring/features');
export const fieldsQuery = () => ({
  ...apiQuery<Schema<'FieldsRead'>>('/api/v1/leads/fields'),
  staleTime: 60_000,
});
export const triedQuery = (key: string, rules: RuleSet) =>
  queryOptions({
    queryKey: ['post', `${setupPath(key)}/rules/try`, rules],
    queryFn: ({ signal }) =>
      request<Schema<'RulesTried'>>('post', `${setupPath(key)}/rules/try`, {
        body: { rules },
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });

export type Evaluation = Schema<'EvaluationRead'>;
export const EVALUATIONS = '/api/v1/scoring/evaluations';
export const evaluationsQuery = () => apiQuery<{ items: Evaluation[] }>(EVALUATIONS);
