/** Where people of a journey stand. */
export const ENROLMENT_STATES = ['waiting', 'done', 'exited', 'failed'] as const;
