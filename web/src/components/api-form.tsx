import { Alert, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useBlocker } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { IconAlertTriangle } from '@/app/icons';
import { askConfirm } from './confirm';

/**
 * Puts the field problems of a 422 beside their fields.
 * Returns the sentence to show above the form: for what belongs to no shown field.
 */
export function showServerErrors<Values extends object>(
  form: UseFormReturnType<Values>,
  reason: unknown,
): string | undefined {
  const error = toApiError(reason);
  const values = form.getValues() as Record<string, unknown>;
  const known: Record<string, string> = {};
  const rest: string[] = [];
  for (const [path, message] of Object.entries(error.fields)) {
    const field = path.replace(/^body\./, '');
    if (field.split('.')[0]?.replace(/\[.*$/, '') && (field.split('.')[0] ?? '') in values) {
      known[field] = message;
    } else rest.push(message);
  }
  form.setErrors(known);
  if (Object.keys(known).length > 0) return rest.length > 0 ? rest.join(' ') : undefined;
  return rest.length > 0 ? rest.join(' ') : error.message;
}

// The kit marks password fields in its own way only.
const INVALID = '[aria-invalid="true"], input[data-invalid="true"]';

interface ApiFormProps<Values extends object> {
  form: UseFormReturnType<Values>;
  /** Sends the values; what it throws is shown at the fields or above the form. */
  onSubmit: (values: Values) => Promise<unknown>;
  children: (state: { submitting: boolean }) => ReactNode;
  /** Replaces the server's sentence for some codes. */
  messageFor?: (code: string, status: number) => string | undefined;
  gap?: string;
}

/** A form with server errors, Ctrl+Enter, focus on the first invalid field and a single send at a time. */
export function ApiForm<Values extends object>({
  form,
  onSubmit,
  children,
  messageFor,
  gap = 'md',
}: ApiFormProps<Values>) {
  const { t } = useTranslation('components');
  const element = useRef<HTMLFormElement>(null);
  const [submitting, setSubmitting] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [refusals, setRefusals] = useState(0);
  // After the errors are drawn, not before.
  useEffect(() => {
    if (refusals > 0) element.current?.querySelector<HTMLElement>(INVALID)?.focus();
  }, [refusals]);
  const focusInvalid = () => setRefusals((count) => count + 1);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A dialog may belong to a part of another form: to React it is inside of that form too.
    event.stopPropagation();
    if (submitting) return;
    if (form.validate().hasErrors) {
      focusInvalid();
      return;
    }
    setProblem(undefined);
    setSubmitting(true);
    onSubmit(form.getValues())
      .catch((reason: unknown) => {
        const error = toApiError(reason);
        const own = messageFor?.(error.code, error.status);
        const offline = error.offline ? t('error.offline') : undefined;
        setProblem(own ?? offline ?? showServerErrors(form, error));
        focusInvalid();
      })
      .finally(() => setSubmitting(false));
  };
  return (
    <form
      ref={element}
      noValidate
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.stopPropagation();
          element.current?.requestSubmit();
        }
      }}
    >
      <Stack gap={gap}>
        {problem && (
          <Alert color="red" role="alert" icon={<IconAlertTriangle size={16} />}>
            {problem}
          </Alert>
        )}
        {children({ submitting })}
      </Stack>
    </form>
  );
}

/**
 * Asks before unsaved changes are left behind, inside the app and on closing the tab.
 * `samePage` false: a new filter or tab of the same page is no leaving.
 */
export function useLeaveGuard(dirty: boolean, samePage = true): void {
  const { t } = useTranslation('components');
  useBlocker({
    shouldBlockFn: async ({ current, next }) =>
      dirty &&
      (samePage || current.pathname !== next.pathname) &&
      !(await askConfirm({
        title: t('leave.title'),
        message: t('leave.text'),
        confirm: t('leave.confirm'),
      })),
    enableBeforeUnload: () => dirty,
  });
}
