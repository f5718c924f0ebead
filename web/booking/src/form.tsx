/** @jsxImportSource preact */
/** A form that keeps what was typed, whatever happens: in the page, over errors and over a reload of the tab. */
import type { ComponentChildren } from 'preact';
import { Failure } from './api.ts';
import { Field, type FieldProps, mistakeOf } from './field.tsx';
import { drafts } from './memory.ts';
import { t } from './texts.ts';
import type { EventFacts, Question } from './types.ts';

export type Given = Record<string, string>;
export type FieldSpec = Omit<FieldProps, 'value' | 'mistake'>;

/** What the form asks: who, where to call if that is the place, and the event's own questions (`answers.key`). */
export function fieldsOf(event: EventFacts): FieldSpec[] {
  return [
    { name: 'name', label: t('name'), kind: 'text', required: true, autocomplete: 'name' },
    {
      name: 'email',
      label: t('email'),
      kind: 'email',
      required: true,
      autocomplete: 'email',
      maxLength: 254,
    },
    ...(event.asks_phone
      ? [
          {
            name: 'phone',
            label: t('phone'),
            kind: 'phone' as const,
            required: true,
            autocomplete: 'tel' as const,
            maxLength: 40,
          },
        ]
      : []),
    ...event.questions.map(fieldOf),
  ];
}

/** The field of a question. */
export function fieldOf(question: Question): FieldSpec {
  return {
    name: `answers.${question.key}`,
    label: question.label,
    kind: question.kind,
    required: question.required,
    options: question.options,
    autocomplete: question.kind === 'phone' ? 'tel' : 'off',
  };
}

/** Answers to questions as the API takes them. */
export function answersOf(
  questions: Question[],
  values: Given,
): Record<string, string | number | boolean> {
  const found: Record<string, string | number | boolean> = {};
  for (const { key, kind } of questions) {
    const value = (values[`answers.${key}`] ?? '').trim();
    if (kind === 'checkbox') found[key] = value === 'yes';
    else if (value) found[key] = kind === 'number' ? Number(value.replace(',', '.')) : value;
  }
  return found;
}

/** Give values to the form of another page of ours, in this tab: they never stand in an address. */
export function handOver(name: string, path: string, values: Given): void {
  drafts.write(`${name} ${path}`, JSON.stringify(values));
}

/** State of one form; `values` starts with the address's query (`?name=…&email=…`) and the draft of this tab. */
export class FormState {
  values: Given;
  mistakes: Record<string, string> = {};
  /** What went wrong with the whole, in words. */
  trouble: string | null = null;
  busy = false;
  private draftKey: string;

  constructor(name: string) {
    this.draftKey = `${name} ${location.pathname}`;
    this.values = { ...prefilled(), ...this.draft() };
  }

  private draft(): Given {
    try {
      return JSON.parse(drafts.read(this.draftKey) ?? '{}');
    } catch {
      return {};
    }
  }

  /** Take a typed value. */
  type(name: string, value: string): void {
    this.values[name] = value;
    drafts.write(this.draftKey, JSON.stringify(this.values));
  }

  /** Check all fields; false, with the first wrong one to be focused, if any is wrong. */
  check(fields: FieldSpec[]): boolean {
    this.mistakes = {};
    for (const field of fields) {
      const found = mistakeOf({ ...field, value: this.values[field.name] ?? '' });
      if (found) this.mistakes[field.name] = t(found);
    }
    return Object.keys(this.mistakes).length === 0;
  }

  /** Put a failed call into words, beside its fields where they are known. */
  fail(failure: unknown, fields: FieldSpec[]): void {
    if (!(failure instanceof Failure)) throw failure;
    this.mistakes = {};
    for (const path of failure.fields) {
      const field = fields.find(({ name }) => path === name || path.endsWith(`.${name}`));
      if (field)
        this.mistakes[field.name] = t(field.kind === 'email' ? 'no_email' : 'not_accepted');
    }
    this.trouble = Object.keys(this.mistakes).length ? null : wordsOf(failure);
  }

  forget(): void {
    drafts.write(this.draftKey, null);
  }
}

const CONFLICTS: Record<string, string> = {
  'meetings.already_booked': 'already_booked',
  'meetings.too_late': 'too_late',
  'meetings.hold_expired': 'offer_ended',
};

/** A failed call in the visitor's language. */
export function wordsOf(failure: Failure): string {
  if (failure.offline) return t('offline');
  if (failure.status === 429) return t('too_many');
  if (failure.status === 404) return t('gone');
  if (failure.status === 409) return t(CONFLICTS[failure.code] ?? 'wrong_state');
  if (failure.status >= 500) return t('server_trouble');
  return t('refused');
}

function prefilled(): Given {
  const known: Given = {};
  for (const [key, value] of new URLSearchParams(location.search)) {
    if (key === 'name' || key === 'email' || key === 'phone') known[key] = value.slice(0, 200);
    else if (key.startsWith('answers.')) known[key] = value.slice(0, 500);
  }
  return known;
}

interface Props {
  form: FormState;
  fields: FieldSpec[];
  action: string;
  summary?: string;
  /** Stands above the fields, below what went wrong. */
  children?: ComponentChildren;
  /** Called with checked values. */
  onSend(trap: string): void;
  redraw(): void;
}

export function Form({ form, fields, action, summary, children, onSend, redraw }: Props) {
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (form.busy) return;
    const shown = event.currentTarget as HTMLFormElement;
    // Browsers fill fields in without telling: what counts is what stands there.
    for (const { name } of fields) {
      const value = new FormData(shown).get(name);
      if (typeof value === 'string' && value !== form.values[name]) form.type(name, value);
    }
    if (!form.check(fields)) {
      form.trouble = null;
      redraw();
      shown.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
      return;
    }
    onSend(String(new FormData(shown).get('website') ?? ''));
  };
  const typed = (event: Event) => {
    const field = event.target as HTMLInputElement;
    if (!field.name || field.name === 'website') return;
    form.type(field.name, field.type === 'checkbox' ? (field.checked ? 'yes' : '') : field.value);
    if (form.mistakes[field.name]) {
      delete form.mistakes[field.name];
      redraw();
    }
  };
  return (
    <form noValidate onSubmit={send} onInput={typed} onChange={typed}>
      {form.trouble && (
        <p class="trouble" role="alert">
          {form.trouble}
        </p>
      )}
      {children}
      {fields.map((field) => (
        <Field
          key={field.name}
          {...field}
          value={form.values[field.name] ?? ''}
          mistake={form.mistakes[field.name]}
        />
      ))}
      <div class="trap" aria-hidden="true">
        <label>
          Website
          <input name="website" tabIndex={-1} autocomplete="off" />
        </label>
      </div>
      <div class="action">
        {summary && <span class="action-summary">{summary}</span>}
        <button type="submit" class="primary" aria-disabled={form.busy}>
          {form.busy && <span class="spinner" />}
          {form.busy ? t('one_moment') : action}
        </button>
      </div>
    </form>
  );
}
