import { Loader, NumberInput, Select, Textarea, TextInput, UnstyledButton } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import classes from './inline-edit.module.css';
import { toastRolledBack } from './toasts';

export type InlineValue = string | number | null;

interface InlineEditProps {
  label: string;
  value: InlineValue;
  /** Saves; a rejected promise puts the old value back and says so. */
  onSave: (value: InlineValue) => Promise<unknown>;
  kind?:
    | 'text'
    | 'multiline'
    | 'number'
    | 'select'
    | 'date'
    | 'datetime-local'
    | 'email'
    | 'tel'
    | 'url';
  options?: { value: string; label: string }[];
  /** How the value reads when not edited. */
  format?: (value: InlineValue) => string;
  placeholder?: string;
  readOnly?: boolean;
  /** Returns a message when the text is not acceptable. */
  validate?: (value: InlineValue) => string | undefined;
}

/** A value that turns into a field on click or Enter and saves itself on blur, Enter or choice. */
export function InlineEdit({
  label,
  value,
  onSave,
  kind = 'text',
  options = [],
  format,
  placeholder,
  readOnly = false,
  validate,
}: InlineEditProps) {
  const { t } = useTranslation('components');
  const [editing, setEditing] = useState(false);
  const [draft, setDraft] = useState<InlineValue>(value);
  const [shown, setShown] = useState<InlineValue>(value);
  const [error, setError] = useState<string>();
  const [saving, setSaving] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const cancelled = useRef(false);

  useEffect(() => {
    if (!saving) setShown(value);
  }, [value, saving]);

  const close = () => {
    setEditing(false);
    setError(undefined);
    requestAnimationFrame(() => opener.current?.focus());
  };
  const save = async (raw: InlineValue) => {
    const next = typeof raw === 'string' ? raw.trim() || null : raw;
    const problem = validate?.(next);
    if (problem) {
      setError(problem);
      return;
    }
    close();
    if (next === shown) return;
    const old = shown;
    setShown(next);
    setSaving(true);
    try {
      await onSave(next);
    } catch (reason) {
      setShown(old);
      if (toApiError(reason).status === 422) {
        setError(Object.values(toApiError(reason).fields)[0] ?? toApiError(reason).message);
        setDraft(next);
        setEditing(true);
      } else {
        toastRolledBack(label, reason);
      }
    } finally {
      setSaving(false);
    }
  };

  const text = format
    ? format(shown)
    : (options.find((item) => item.value === shown)?.label ?? String(shown ?? ''));
  if (!editing) {
    if (readOnly) return <span className={classes.value}>{text || '–'}</span>;
    return (
      <UnstyledButton
        ref={opener}
        className={classes.opener}
        title={text || undefined}
        aria-label={t('inline.edit', { label, value: text || placeholder || t('inline.add') })}
        onClick={() => {
          cancelled.current = false;
          setDraft(shown);
          setEditing(true);
        }}
      >
        <span className={classes.value} data-empty={!text || undefined}>
          {text || placeholder || t('inline.add')}
        </span>
        {saving && <Loader size={12} aria-label={t('inline.saving')} />}
      </UnstyledButton>
    );
  }

  const common = {
    size: 'xs' as const,
    autoFocus: true,
    'aria-label': label,
    error,
    onKeyDown: (event: React.KeyboardEvent) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        cancelled.current = true;
        close();
      }
      const submit = kind === 'multiline' ? event.ctrlKey || event.metaKey : true;
      if (event.key === 'Enter' && submit && kind !== 'select') {
        event.preventDefault();
        void save(draft);
      }
    },
    onBlur: () => {
      if (!cancelled.current && kind !== 'select') void save(draft);
      if (kind === 'select') close();
    },
  };
  if (kind === 'select') {
    return (
      <Select
        {...common}
        data={options}
        value={draft === null ? null : String(draft)}
        searchable={options.length > 8}
        clearable
        defaultDropdownOpened
        onChange={(next) => void save(next)}
      />
    );
  }
  if (kind === 'number') {
    return (
      <NumberInput
        {...common}
        value={draft ?? ''}
        onChange={(next) => setDraft(next === '' ? null : Number(next))}
      />
    );
  }
  if (kind === 'multiline') {
    return (
      <Textarea
        {...common}
        autosize
        minRows={2}
        value={String(draft ?? '')}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      type={kind}
      value={String(draft ?? '')}
      onChange={(event) => setDraft(event.currentTarget.value)}
    />
  );
}
