import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '@/api/client';
import { queryClient } from '@/api/query-client';
import { useRealtime } from '@/app/realtime';
import { useMe } from '@/app/session';
import { conversationQuery, type Looking, presencePath, presenceQuery } from './queries';

const BEAT_MS = 20_000;
const TYPING_MS = 4000;
const FORGOTTEN_MS = 8000;

/** Tells others that the conversation is open here and typed in, and who else has it open or types. */
export function usePresence(conversation: string) {
  const me = useMe();
  const path = presencePath(conversation);
  const { queryKey } = presenceQuery(conversation);
  const told = useRef(0);
  const people = useQuery(presenceQuery(conversation)).data ?? [];
  const tell = useCallback(
    (typing: boolean) => {
      request<Looking[]>('post', path, { body: { typing } })
        .then((present) => queryClient.setQueryData(queryKey, present))
        // Without word others only do not see it.
        .catch(() => undefined);
    },
    [path, queryKey],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: one beat for each conversation
  useEffect(() => {
    const beat = () => {
      if (document.visibilityState === 'visible' && Date.now() - told.current > TYPING_MS)
        tell(false);
    };
    beat();
    const timer = setInterval(beat, BEAT_MS);
    return () => {
      clearInterval(timer);
      void request('delete', path).catch(() => undefined);
    };
  }, [path]);
  const others = people.filter(({ user_id }) => user_id !== me.user.id);
  return {
    looking: others,
    typing: others.filter((one) => one.typing),
    /** Called with every key; tells at most every few seconds. */
    tellTyping: () => {
      if (Date.now() - told.current < TYPING_MS) return;
      told.current = Date.now();
      tell(true);
    },
  };
}
export type Presence = ReturnType<typeof usePresence>;

/** Reads the conversation again with each sentence of an answer that the agent is giving. */
export function useGrowingAnswer(conversation: string): void {
  useRealtime('conversation.saying', ({ data }) => {
    if (data.conversation_id !== conversation) return;
    void queryClient.invalidateQueries({ queryKey: conversationQuery(conversation).queryKey });
  });
}

/** Whether the visitor types; forgotten after a while without word. */
export function useVisitorTyping(conversation: string): boolean {
  const [typing, setTyping] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useRealtime('conversation.typing', ({ data }) => {
    if (data.conversation_id !== conversation || data.author !== 'visitor') return;
    clearTimeout(timer.current);
    setTyping(data.typing !== false);
    timer.current = setTimeout(() => setTyping(false), FORGOTTEN_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return typing;
}
