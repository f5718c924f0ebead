import { Card } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import clsx from 'clsx';
import {
  type ComponentProps,
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useImperativeHandle,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { showServerErrors, useLeaveGuard } from './api-form';
import classes from './editor.module.css';
import { PageTabs } from './page-tabs';
import { SaveBar } from './save-bar';
import { toastSuccess } from './toasts';

interface EditorProps<Draft extends object> {
  /** What the record is called. */
  name: string;
  form: UseFormReturnType<Draft>;
  /** Whether anything differs from what is stored (see `useDraft`). */
  dirty: boolean;
  readOnly?: boolean;
  /** Sends what changed, with the version that was read. */
  onSave: () => Promise<unknown>;
  /** Paths that are read again, whether it was taken or not. */
  stale: readonly string[];
  /** Beside the save button, instead of "You have changes that are not saved". */
  unsaved?: string;
  /** What is typed cannot be saved as it is; its place says why. */
  blocked?: boolean;
  /** Another search part of the address shows another record: it is asked before that too. */
  bySearch?: boolean;
  /** Brings the place of the first refused field into view, for instance its tab. */
  onRefused?: (field: string) => void;
  /** Lets something outside save first, such as a button that publishes. */
  handle?: Ref<EditorHandle>;
  children: ReactNode;
}

export interface EditorHandle {
  /** Saves what is typed; whether that was taken. What was refused is said at its place. */
  save: () => Promise<boolean>;
}

/** The form of a record: save bar, Ctrl+Enter, server errors at their fields, asks before leaving. */
export function Editor<Draft extends object>({
  name,
  form,
  dirty,
  readOnly = false,
  onSave,
  stale,
  unsaved,
  blocked = false,
  bySearch = false,
  onRefused,
  handle,
  children,
}: EditorProps<Draft>) {
  const { t } = useTranslation('components');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  useLeaveGuard(dirty && !readOnly && !busy, bySearch);
  const showFirst = (errors: object) => {
    const field = Object.keys(errors)[0];
    if (field) onRefused?.(field.replace(/^body\./, ''));
  };
  const save = async (): Promise<boolean> => {
    if (busy || readOnly || blocked || !dirty) return false;
    const { hasErrors, errors } = form.validate();
    if (hasErrors) {
      showFirst(errors);
      return false;
    }
    let saved = false;
    setBusy(true);
    setProblem(undefined);
    try {
      await onSave();
      saved = true;
      toastSuccess(t('editor.saved', { name }));
    } catch (reason) {
      // Said in the bar: a message in the corner would lie over the button that saves again.
      const error = toApiError(reason);
      const rest = error.offline ? t('error.offline') : showServerErrors(form, reason);
      if (error.status === 412) setProblem(t('editor.changed', { name }));
      else if (rest) setProblem(t('editor.notSaved', { name, why: rest }));
      else showFirst(error.fields);
    }
    await invalidatePaths(...stale);
    setBusy(false);
    return saved;
  };
  useImperativeHandle(handle, () => ({ save }));
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    void save();
  };
  return (
    <form
      noValidate
      className={classes.form}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
      }}
    >
      {children}
      {dirty && !readOnly && (
        <SaveBar
          busy={busy}
          disabled={blocked}
          text={problem ?? unsaved}
          onDiscard={() => {
            setProblem(undefined);
            form.reset();
          }}
        />
      )}
    </form>
  );
}

/** A card with the tabs of a form. */
export function EditorTabs<Tab extends string>(props: ComponentProps<typeof PageTabs<Tab>>) {
  return (
    <Card>
      <PageTabs {...props} />
    </Card>
  );
}

interface ColumnsProps {
  children: ReactNode;
  beside: ReactNode;
  /** How much of the width is for what stands beside: a third (default), two fifths or nearly half. */
  share?: 'third' | 'fifths' | 'half';
  /** What stands beside stays in view while the rest scrolls. */
  sticky?: boolean;
}

/** Two columns, one below the other on narrow windows. */
export function Columns({ children, beside, share = 'third', sticky = false }: ColumnsProps) {
  return (
    <div className={clsx(classes.columns, classes[share])}>
      <div>{children}</div>
      <div className={clsx(sticky && classes.sticky)}>{beside}</div>
    </div>
  );
}
