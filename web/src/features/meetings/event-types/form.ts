import type { UseFormReturnType } from '@mantine/form';
import type { EventType } from '../queries';
import type { Draft } from './draft';

export type EventTypeForm = UseFormReturnType<Draft>;

/** What each part of the editor gets. */
export interface TabProps {
  eventType: EventType;
  form: EventTypeForm;
  readOnly: boolean;
}
