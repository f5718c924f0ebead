import type { UseFormReturnType } from '@mantine/form';
import type { Draft } from './draft';
import type { Flow } from './queries';

/** What each part of the editor gets. */
export interface TabProps {
  flow: Flow;
  form: UseFormReturnType<Draft>;
  readOnly: boolean;
  dirty: boolean;
}
