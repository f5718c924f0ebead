import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiError, toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { apiFetch } from '@/api/transport';
import { takeEvents } from './events';
import { ANSWERS, type Answer, type Audience, GAPS, type Passage, QUESTIONS } from './queries';

/** A question asked on this page, with what came back so far. */
export interface Exchange {
  id: number;
  question: string;
  audience: Audience;
  text: string;
  passages?: Passage[];
  answer?: Answer;
  error?: ApiError;
}

async function* answerEvents(question: string, audience: Audience, signal: AbortSignal) {
  const response = await apiFetch(
    new Request(new URL(`${ANSWERS}/stream`, location.origin), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
      body: JSON.stringify({ question, audience, channel: 'test' }),
      credentials: 'same-origin',
      signal,
    }),
  );
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return;
    const [events, left] = takeEvents(rest + value);
    rest = left;
    yield* events;
  }
}

let asked = 0;

/** Asks questions and keeps what was asked on this page, newest first. `lost` is said where an answer breaks off. */
export function useAsk(lost: string) {
  const [exchanges, setExchanges] = useState<Exchange[]>([]);
  const [asking, setAsking] = useState(false);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const ask = useCallback(
    async (question: string, audience: Audience) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      asked += 1;
      const id = asked;
      setAsking(true);
      setExchanges((old) => [{ id, question, audience, text: '' }, ...old].slice(0, 50));
      const change = (patch: (old: Exchange) => Partial<Exchange>) =>
        setExchanges((all) => all.map((one) => (one.id === id ? { ...one, ...patch(one) } : one)));
      let complete = false;
      try {
        for await (const { name, data } of answerEvents(question, audience, controller.signal)) {
          if (name === 'passages') change(() => ({ passages: (data as Answer).passages }));
          if (name === 'text')
            change((old) => ({ text: old.text + (data as { text: string }).text }));
          if (name === 'answer') {
            complete = true;
            change(() => ({ answer: data as Answer, text: (data as Answer).text }));
          }
          if (name === 'error') throw new Error((data as { title: string }).title);
        }
        if (!complete) throw new Error(lost);
      } catch (reason) {
        if (!controller.signal.aborted) change(() => ({ error: toApiError(reason) }));
        else setExchanges((all) => all.filter((one) => one.id !== id || one.text));
      } finally {
        if (running.current === controller) setAsking(false);
        void invalidatePaths(QUESTIONS, GAPS);
      }
    },
    [lost],
  );
  const stop = useCallback(() => running.current?.abort(), []);
  return { exchanges, asking, ask, stop };
}
