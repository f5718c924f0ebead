import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import type { RoutingForm } from '../queries';
import type { Draft } from './draft';

/** What each part of the editor gets. */
export interface TabProps {
  routingForm: RoutingForm;
  form: UseFormReturnType<Draft>;
  readOnly: boolean;
}

/** What is wrong at a place or below it: the server names the innermost field. */
export function errorAt(form: TabProps['form'], place: string): ReactNode {
  const key = Object.keys(form.errors).find((one) => one === place || one.startsWith(`${place}.`));
  return key && form.errors[key];
}
