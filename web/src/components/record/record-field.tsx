import { MultiSelect, Text } from '@mantine/core';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatDateTime, formatNumber } from '@/app/format';
import { InlineEdit, type InlineValue } from '../inline-edit';
import { isMasked, Masked } from '../masked';
import { toastRolledBack } from '../toasts';
import { fieldValue, patchOf } from './conflict';
import classes from './record.module.css';
import type { SaveRecord, Versioned } from './use-record-save';

export type RecordFieldKind =
  | 'text'
  | 'number'
  | 'select'
  | 'multi_select'
  | 'date'
  | 'datetime'
  | 'boolean'
  | 'email'
  | 'tel'
  | 'url';

export interface RecordFieldProps<R extends Versioned> {
  record: R;
  /** Name of the field, `custom.<key>` for custom ones. */
  field: string;
  label: string;
  save: SaveRecord<R>;
  kind?: RecordFieldKind | undefined;
  options?: { value: string; label: string }[] | undefined;
  format?: ((value: InlineValue) => string) | undefined;
  readOnly?: boolean | undefined;
  /** Beside the label: where the value comes from. */
  origin?: ReactNode;
  /** After the value: a link to open it. */
  after?: ReactNode;
}

/** "2026-11-21T09:30Z" as a date-time field wants it, in local time. */
export function toLocalInput(iso: string): string {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Label and value of one field of a record; the value edits in place and saves itself. */
export function RecordField<R extends Versioned>(props: RecordFieldProps<R>) {
  const { record, field, label, save, kind = 'text', options, format, readOnly } = props;
  const { t } = useTranslation('components');
  // What the person saw when the editing began; a newer answer must not pass for it.
  const seen = useRef(record);
  const value = fieldValue(record, field);
  const write = (next: unknown) => save(patchOf(field, next), seen.current);
  let edit: ReactNode;
  if (isMasked(value)) {
    edit = (
      <Text size="sm" component="div">
        <Masked value={value} />
      </Text>
    );
  } else if (kind === 'multi_select') {
    const chosen = Array.isArray(value) ? value.map(String) : [];
    edit = (
      <MultiSelect
        size="xs"
        aria-label={label}
        data={options ?? []}
        value={chosen}
        readOnly={readOnly ?? false}
        placeholder={chosen.length === 0 ? t('inline.add') : ''}
        variant="unstyled"
        onChange={(next) => write(next).catch((reason: unknown) => toastRolledBack(label, reason))}
      />
    );
  } else if (kind === 'boolean') {
    edit = (
      <InlineEdit
        label={label}
        kind="select"
        value={value === true ? 'true' : value === false ? 'false' : null}
        options={[
          { value: 'true', label: t('filter.yes') },
          { value: 'false', label: t('filter.no') },
        ]}
        readOnly={readOnly ?? false}
        onSave={(next) => write(next === null ? null : next === 'true')}
      />
    );
  } else if (kind === 'datetime') {
    edit = (
      <InlineEdit
        label={label}
        kind="datetime-local"
        value={typeof value === 'string' ? toLocalInput(value) : null}
        format={(shown) => (shown ? formatDateTime(String(shown)) : '')}
        readOnly={readOnly ?? false}
        onSave={(next) => write(next ? new Date(String(next)).toISOString() : null)}
      />
    );
  } else {
    const own: Partial<Record<RecordFieldKind, (shown: InlineValue) => string>> = {
      date: (shown) => (shown ? formatDate(`${String(shown).slice(0, 10)}T00:00`) : ''),
      number: (shown) => (shown === null ? '' : formatNumber(Number(shown))),
    };
    const words = format ?? own[kind];
    edit = (
      <InlineEdit
        label={label}
        kind={kind}
        value={(value ?? null) as InlineValue}
        {...(options ? { options } : {})}
        {...(words ? { format: words } : {})}
        readOnly={readOnly ?? false}
        onSave={write}
      />
    );
  }
  return (
    <div
      className={classes.field}
      onFocusCapture={() => {
        seen.current = record;
      }}
    >
      <dt>
        {label}
        {props.origin}
      </dt>
      <dd>
        <div className={classes.edit}>{edit}</div>
        {props.after}
      </dd>
    </div>
  );
}

/** A group of fields under a heading. */
export function RecordGroup({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.group} aria-label={title}>
      <h3>{title}</h3>
      <dl>{children}</dl>
    </section>
  );
}

/** A field that is only shown. */
export function RecordFact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.field}>
      <dt>{label}</dt>
      <dd className={classes.fact}>{children}</dd>
    </div>
  );
}
