/** @jsxImportSource preact */
/** A routing form: a few questions, whose answers lead to a booking page, to another page or to a message. */
import { render } from 'preact';
import { call } from './api.ts';
import {
  answersOf,
  type FieldSpec,
  Form,
  FormState,
  fieldOf,
  type Given,
  handOver,
} from './form.tsx';
import { t } from './texts.ts';
import type { FormBoot, Question, Routed } from './types.ts';

/** Questions with these keys are about the person: the booking page asks the same. */
const PERSON: Record<string, Partial<FieldSpec>> = {
  name: { autocomplete: 'name', maxLength: 200 },
  email: { kind: 'email', autocomplete: 'email', maxLength: 254 },
  phone: { kind: 'phone', autocomplete: 'tel', maxLength: 40 },
};

function routedField(question: Question): FieldSpec {
  const field = fieldOf(question);
  const person =
    question.kind === 'text' || question.kind === 'phone' ? PERSON[question.key] : null;
  return person ? { ...field, ...person, name: question.key } : field;
}

class RoutingPage {
  message: string | null = null;
  readonly form = new FormState('routing');
  readonly fields: FieldSpec[];

  constructor(
    private boot: FormBoot,
    private stage: HTMLElement,
  ) {
    this.fields = boot.form.questions.map(routedField);
    // Back from the booking page the browser shows this one as it was left.
    addEventListener('pageshow', (event) => {
      if (!event.persisted) return;
      this.form.busy = false;
      this.draw();
    });
    this.draw();
  }

  draw(): void {
    render(this.view(), this.stage);
  }

  /** All values by the names that the booking page knows them by. */
  private named(): Given {
    const { values } = this.form;
    return Object.fromEntries(
      this.fields.flatMap(({ name }) =>
        values[name]?.trim() ? [[name, values[name].trim()]] : [],
      ),
    );
  }

  private async send(website: string): Promise<void> {
    const { form, boot } = this;
    form.busy = true;
    form.trouble = null;
    this.draw();
    try {
      const values = this.named();
      const byKey = Object.fromEntries(
        this.fields.map(({ name }) => [
          `answers.${name.replace(/^answers\./, '')}`,
          values[name] ?? '',
        ]),
      );
      const answers = answersOf(boot.form.questions, byKey);
      const path = `/booking/${boot.organisation.slug}/forms/${boot.form.slug}`;
      this.lead(await call<Routed>('POST', path, { answers, website }), values);
    } catch (failure) {
      form.busy = false;
      form.fail(failure, this.fields);
      this.draw();
      this.stage.querySelector<HTMLElement>('[role=alert], [aria-invalid=true]')?.focus();
    }
  }

  private lead(to: Routed, values: Given): void {
    this.form.forget();
    if (to.path) {
      handOver('details', to.path, values);
      location.assign(to.path + location.search);
    } else if (to.url) {
      // Other sites refuse to be shown inside of a frame.
      window.open(to.url, '_top');
    } else {
      this.message = to.text ?? '';
      this.draw();
      document.getElementById('step')?.focus({ preventScroll: true });
    }
  }

  private view() {
    if (this.message !== null) {
      return (
        <div class="done">
          <h2 id="step" tabIndex={-1}>
            {t('thank_you')}
          </h2>
          {this.message.split(/\n+/).map((line) => (
            <p key={line} class="soft" dir="auto">
              {line}
            </p>
          ))}
        </div>
      );
    }
    return (
      <div class="details">
        <Form
          form={this.form}
          fields={this.fields}
          action={t('continue')}
          onSend={(trap) => void this.send(trap)}
          redraw={() => this.draw()}
        />
      </div>
    );
  }
}

/** Bring a routing form to life inside the markup of the server. */
export function startRouting(boot: FormBoot, stage: HTMLElement): void {
  stage.replaceChildren();
  stage.removeAttribute('aria-busy');
  new RoutingPage(boot, stage);
}
