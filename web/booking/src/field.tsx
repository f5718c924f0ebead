/** @jsxImportSource preact */
/** One field of a form: a visible label, and its mistake linked to it in words. */

import { t } from './texts.ts';
import type { Question } from './types.ts';

export interface FieldProps {
  name: string;
  label: string;
  kind: Question['kind'] | 'email';
  required: boolean;
  value: string;
  mistake?: string;
  options?: string[];
  autocomplete?: 'name' | 'email' | 'tel' | 'off';
  maxLength?: number;
  hint?: string;
}

export function Field(props: FieldProps) {
  const { name, label, kind, required, mistake, hint } = props;
  const id = `field-${name}`;
  const described = [hint && `${id}-hint`, mistake && `${id}-mistake`].filter(Boolean).join(' ');
  const shared = {
    id,
    name,
    required,
    'aria-invalid': mistake ? ('true' as const) : undefined,
    'aria-describedby': described || undefined,
  };
  const words = (
    <>
      {label}
      {!required && <span class="optional"> {t('optional')}</span>}
    </>
  );
  return (
    <div class={`field${mistake ? ' wrong' : ''}`}>
      {kind === 'checkbox' ? (
        <label class="check">
          <input type="checkbox" {...shared} value="yes" defaultChecked={props.value === 'yes'} />
          <span dir="auto">{words}</span>
        </label>
      ) : (
        <label for={id} dir="auto">
          {words}
        </label>
      )}
      {kind === 'textarea' && (
        <textarea
          rows={3}
          {...shared}
          dir="auto"
          maxLength={props.maxLength ?? 4000}
          defaultValue={props.value}
        />
      )}
      {kind === 'select' && (
        <select {...shared} defaultValue={props.value}>
          <option value="" selected={!props.value}>
            {t('choose')}
          </option>
          {props.options?.map((option) => (
            <option key={option} value={option} selected={props.value === option}>
              {option}
            </option>
          ))}
        </select>
      )}
      {(kind === 'text' || kind === 'email' || kind === 'phone' || kind === 'number') && (
        <input
          {...shared}
          list={undefined}
          type={kind === 'phone' ? 'tel' : kind === 'number' ? 'text' : kind}
          inputmode={kind === 'number' ? 'decimal' : undefined}
          dir="auto"
          autocomplete={props.autocomplete}
          maxLength={props.maxLength ?? 500}
          defaultValue={props.value}
        />
      )}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {mistake && (
        <p class="mistake" id={`${id}-mistake`}>
          {mistake}
        </p>
      )}
    </div>
  );
}

const ADDRESS = /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]{2,}$/;

/** What is wrong with a value, as the key of a text; undefined if nothing is. */
export function mistakeOf(field: Omit<FieldProps, 'mistake' | 'label'>): string | undefined {
  const value = field.value.trim();
  if (!value) {
    if (!field.required) return undefined;
    return field.kind === 'checkbox'
      ? 'must_be_ticked'
      : field.kind === 'select'
        ? 'must_be_chosen'
        : 'must_be_given';
  }
  if (field.kind === 'email' && !ADDRESS.test(value)) return 'no_email';
  if (
    field.kind === 'phone' &&
    !(/^[+\d][\d\s()./-]*$/.test(value) && value.replace(/\D/g, '').length >= 6)
  ) {
    return 'no_phone';
  }
  if (field.kind === 'number' && !Number.isFinite(Number(value.replace(',', '.'))))
    return 'no_number';
  return undefined;
}
