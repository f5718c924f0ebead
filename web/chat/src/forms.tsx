/** @jsxImportSource preact */
/** What the visitor fills in beside messages: consent, an address for when nobody is there, a rating. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from './chat.ts';
import { Icon } from './icons.tsx';
import { type TextKey, t } from './texts.ts';

export function Consent({ chat, still }: { chat: Chat; still: boolean }) {
  const asked = chat.boot.config.consent;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!still) heading.current?.focus();
  }, [still]);
  if (!asked) return null;
  return (
    <div class="page">
      <h3 tabIndex={-1} ref={heading}>
        {t('consentTitle')}
      </h3>
      <p class="words" dir="auto">
        {asked.text}
      </p>
      {asked.privacy_url && (
        <a href={asked.privacy_url} target="_blank" rel="noopener">
          {t('privacy')}
        </a>
      )}
      <div class="choices">
        <button type="button" class="filled" onClick={() => chat.agree()}>
          {t('agree')}
        </button>
        <button type="button" class="plain" onClick={() => chat.set({ opened: false })}>
          {t('decline')}
        </button>
      </div>
    </div>
  );
}

export function Leave({ chat }: { chat: Chat }) {
  const [wrong, tellWrong] = useState<Record<string, string>>({});
  const [busy, work] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const send = async (event: Event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form.current ?? undefined)) as {
      name: string;
      email: string;
      text: string;
    };
    const found: Record<string, string> = {};
    if (!/^\S+@\S+\.\S+$/.test(given.email.trim())) found.email = t('needEmail');
    if (!given.text.trim()) found.text = t('needText');
    tellWrong(found);
    const first = Object.keys(found)[0];
    if (first) {
      form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
      return;
    }
    work(true);
    await chat.askForPerson({ ...given, email: given.email.trim() });
    work(false);
  };
  return (
    <form class="page" ref={form} onSubmit={send} noValidate>
      <h3 tabIndex={-1} ref={heading}>
        {t('offlineTitle')}
      </h3>
      <p>{t('offlineText')}</p>
      <Field name="name" label="name" wrong={wrong} />
      <Field name="email" label="email" wrong={wrong} email required />
      <Field name="text" label="question" wrong={wrong} long required />
      <div class="choices">
        <button type="submit" class="filled" disabled={busy}>
          {t('leave')}
        </button>
        <button type="button" class="plain" onClick={() => chat.set({ view: 'talk' })}>
          {t('back')}
        </button>
      </div>
    </form>
  );
}

interface FieldFacts {
  name: string;
  label: TextKey;
  wrong: Record<string, string>;
  email?: boolean;
  long?: boolean;
  required?: boolean;
}

function Field({ name, label, wrong, email, long, required }: FieldFacts) {
  const facts = {
    id: `field-${name}`,
    name,
    required,
    'aria-invalid': wrong[name] ? true : undefined,
    'aria-describedby': wrong[name] ? `wrong-${name}` : undefined,
  };
  return (
    <div class="field">
      <label for={`field-${name}`}>
        {t(label)}
        {required && <span aria-hidden="true"> *</span>}
      </label>
      {long ? (
        <textarea {...facts} rows={4} maxLength={5_000} dir="auto" />
      ) : email ? (
        <input {...facts} type="email" autocomplete="email" maxLength={200} dir="auto" />
      ) : (
        <input {...facts} type="text" autocomplete="name" maxLength={200} dir="auto" />
      )}
      {wrong[name] && (
        <p class="wrong" id={`wrong-${name}`}>
          {wrong[name]}
        </p>
      )}
    </div>
  );
}

const SCORES = [1, 2, 3, 4, 5] as const;

export function Rating({ chat }: { chat: Chat }) {
  const [score, choose] = useState(0);
  const [comment, write] = useState('');
  const card = useRef<HTMLLIElement>(null);
  // What a first star brings up must not lie below the edge.
  useEffect(() => {
    if (score) card.current?.scrollIntoView({ block: 'nearest' });
  }, [score]);
  if (chat.conversation?.rated) {
    return <li class="event">{t('rated')}</li>;
  }
  return (
    <li class="picker" ref={card}>
      <fieldset>
        <legend>{t('rate')}</legend>
        <div class="stars">
          {SCORES.map((value) => (
            <label key={value} class={value <= score ? 'on' : ''}>
              <input
                type="radio"
                name="score"
                checked={value === score}
                onChange={() => choose(value)}
                aria-label={t(`rate${value}`)}
              />
              <Icon name="star" />
            </label>
          ))}
        </div>
        {score > 0 && (
          <>
            <p class="hint">{t(`rate${score}` as TextKey)}</p>
            <textarea
              rows={2}
              maxLength={2_000}
              dir="auto"
              aria-label={t('comment')}
              placeholder={t('comment')}
              value={comment}
              onInput={(event) => write(event.currentTarget.value)}
            />
            <button type="button" class="filled" onClick={() => chat.rate(score, comment)}>
              {t('rateSend')}
            </button>
          </>
        )}
      </fieldset>
    </li>
  );
}
