import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type SuiteSummary = Schema<'SuiteSummary'>;
export type Suite = Schema<'SuiteRead'>;
export type Case = Schema<'CaseRead'>;
export type Run = Schema<'SimulationRunRead'>;
export type Report = Schema<'RunReport'>;
export type Check = Schema<'Check'>;

export const SUITES = '/api/v1/simulation-suites';
const AGAIN_AFTER = 1_500;

/** Whether a run is not over yet. */
export const isRunning = (run: Pick<Run, 'state'> | null | undefined) =>
  run?.state === 'queued' || run?.state === 'running';

export const suitesQuery = () => apiQuery<SuiteSummary[]>(SUITES);
export const suiteQuery = (id: string) => apiQuery<Suite>(`${SUITES}/${id}`);
export const runsQuery = (id: string) => apiQuery<Run[]>(`${SUITES}/${id}/runs`);
/** A run, read again and again until it is over. */
export const reportQuery = (suiteId: string, runId: string) => ({
  ...apiQuery<Report>(`${SUITES}/${suiteId}/runs/${runId}`),
  refetchInterval: ({ state }: { state: { data: Report | undefined } }) =>
    isRunning(state.data) && AGAIN_AFTER,
});
/** Agents to choose from. */
export const agentsQuery = () => apiQuery<Schema<'AgentSummary'>[]>('/api/v1/agents');
