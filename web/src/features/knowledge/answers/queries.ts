import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type Answer = Schema<'AnswerRead'>;
export type Citation = Schema<'CitationRead'>;
export type Passage = Schema<'AnswerPassage'>;
export type Question = Schema<'QuestionRead'>;
export type Gap = Schema<'GapRead'>;
export type GapChecked = Schema<'GapChecked'>;
export type Finding = Schema<'KnowledgeFindingRead'>;
export type Audience = 'visitor' | 'client' | 'colleague';

export const ANSWERS = '/api/v1/knowledge/answers';
export const QUESTIONS = '/api/v1/knowledge/questions';
export const GAPS = '/api/v1/knowledge/gaps';
export const FINDINGS = '/api/v1/knowledge/findings';

export const gapsQuery = (state: Gap['state']) =>
  apiQuery<Schema<'UnansweredReport'>>(GAPS, { state });
export const questionsQuery = (outcome?: string, cursor?: string) =>
  apiQuery<Schema<'Page_QuestionRead_'>>(QUESTIONS, { outcome, cursor });
export const findingsQuery = (state: string, kind?: string, cursor?: string) =>
  apiQuery<Schema<'Page_KnowledgeFindingRead_'>>(FINDINGS, { state, kind, cursor });
export const findingSummaryQuery = () => apiQuery<Schema<'FindingSummary'>>(`${FINDINGS}/summary`);
