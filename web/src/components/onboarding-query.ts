import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type OnboardingStep = Schema<'OnboardingStep'>;

/** The checklist, computed by the server from what is really there. */
export const onboardingQuery = () => apiQuery<Schema<'Onboarding'>>('/api/v1/onboarding');
