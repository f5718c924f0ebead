import {
  ActionIcon,
  Button,
  FileButton,
  Group,
  Kbd,
  Popover,
  SegmentedControl,
  Text,
  Textarea,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useImperativeHandle, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { IconPaperclip } from '@/app/icons';
import { useMe } from '@/app/session';
import { keyCaps } from '@/app/shortcuts';
import { toastError } from '@/components/toasts';
import { inserted, matching, slashWord, variablesOf } from './canned';
import { CannedMenu } from './canned-menu';
import { type Draft, type DraftKind, keepDraft, readDraft } from './drafts';
import { post } from './outbox';
import { CANNED, type Conversation, cannedQuery } from './queries';
import classes from './thread.module.css';

export interface ComposerHandle {
  focus: (kind: DraftKind) => void;
}

interface ComposerProps {
  conversation: Conversation;
  ref: React.Ref<ComposerHandle>;
  onTyping: () => void;
}

/** Where answers and notes are written; the draft stays with the conversation. */
export function Composer({ conversation, ref, onTyping }: ComposerProps) {
  const { t } = useTranslation('inbox');
  const me = useMe();
  const { id } = conversation;
  const [draft, setDraft] = useState<Draft>(() => readDraft(me.user.id, id));
  const [cursor, setCursor] = useState(0);
  const [active, setActive] = useState(0);
  const [shut, setShut] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const resetFiles = useRef<() => void>(null);
  const replies = useQuery(cannedQuery()).data ?? [];
  const { kind } = draft;
  const text = draft[kind];
  const slash = shut ? undefined : slashWord(text, cursor);
  const found = slash ? matching(replies, slash.word) : [];
  const missing = variablesOf(text);
  useEffect(() => keepDraft(me.user.id, id, draft), [draft, me.user.id, id]);
  useImperativeHandle(ref, () => ({
    focus: (next) => {
      setDraft((old) => ({ ...old, kind: next }));
      // After the field shows the other draft.
      requestAnimationFrame(() => field.current?.focus());
    },
  }));
  const write = (next: string, at: number) => {
    setDraft((old) => ({ ...old, [old.kind]: next }));
    setCursor(at);
    setActive(0);
    setShut(false);
  };
  const insert = async (index: number) => {
    const reply = found[index];
    if (!reply || !slash) return;
    setShut(true);
    try {
      const filled = await request<Schema<'RenderedRead'>>('post', `${CANNED}/${reply.id}/render`, {
        body: { conversation_id: id },
      });
      const done = inserted(text, slash, filled.text);
      write(done.text, done.cursor);
      requestAnimationFrame(() => field.current?.setSelectionRange(done.cursor, done.cursor));
    } catch (reason) {
      toastError(t('canned.failed', { title: reply.title }), reason);
    }
  };
  const send = () => {
    const said = text.trim();
    if (!said || missing.length > 0) return;
    void post({ conversation: id, kind, text: said });
    setDraft((old) => ({ ...old, [old.kind]: '' }));
    field.current?.focus();
  };
  const attach = (files: readonly File[]) => {
    for (const file of files) {
      void post({ conversation: id, kind: 'message', text: file.name, file });
    }
  };
  const attachChosen = (files: File[]) => {
    attach(files);
    // The same file may be chosen again.
    resetFiles.current?.();
  };
  return (
    <section
      className={classes.composer}
      data-note={kind === 'note' || undefined}
      aria-label={t('composer')}
    >
      <Popover
        opened={slash !== undefined && replies.length > 0}
        position="top-start"
        width={360}
        trapFocus={false}
        withRoles={false}
        withinPortal
        onDismiss={() => setShut(true)}
      >
        <Popover.Target>
          <Textarea
            ref={field}
            aria-label={t(kind === 'note' ? 'note.label' : 'reply.label')}
            placeholder={t(kind === 'note' ? 'note.placeholder' : 'reply.placeholder')}
            autosize
            minRows={2}
            maxRows={10}
            maxLength={10_000}
            value={text}
            error={missing.length > 0 && t('missing', { names: missing.join(', ') })}
            onChange={(event) => {
              write(event.currentTarget.value, event.currentTarget.selectionStart);
              // A visitor must not see that a note is written.
              if (kind === 'message') onTyping();
            }}
            onKeyUp={(event) => setCursor(event.currentTarget.selectionStart)}
            onPaste={(event) => {
              if (kind === 'note' || event.clipboardData.files.length === 0) return;
              event.preventDefault();
              attach([...event.clipboardData.files]);
            }}
            onClick={(event) => setCursor(event.currentTarget.selectionStart)}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing) return;
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                send();
                return;
              }
              if (found.length > 0) {
                const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
                const step = steps[event.key];
                if (step) {
                  event.preventDefault();
                  setActive((active + step + found.length) % found.length);
                  return;
                }
                if (event.key === 'Enter' || event.key === 'Tab') {
                  event.preventDefault();
                  void insert(active);
                  return;
                }
              }
              if (event.key !== 'Escape') return;
              event.stopPropagation();
              if (slash) setShut(true);
              else event.currentTarget.blur();
            }}
          />
        </Popover.Target>
        <Popover.Dropdown p={4}>
          <CannedMenu replies={found} active={active} onChoose={(index) => void insert(index)} />
        </Popover.Dropdown>
      </Popover>
      <div className={classes.foot}>
        <Group gap="xs">
          <SegmentedControl
            aria-label={t('kind')}
            value={kind}
            onChange={(next) => setDraft((old) => ({ ...old, kind: next as DraftKind }))}
            data={[
              { value: 'message', label: t('reply.title') },
              { value: 'note', label: t('note.title') },
            ]}
          />
          {kind === 'message' && (
            <FileButton
              multiple
              resetRef={resetFiles}
              inputProps={{ 'aria-label': t('attach') }}
              onChange={attachChosen}
            >
              {(props) => (
                <ActionIcon
                  {...props}
                  variant="subtle"
                  aria-label={t('attach')}
                  title={t('attach')}
                >
                  <IconPaperclip size={16} />
                </ActionIcon>
              )}
            </FileButton>
          )}
          <Text size="xs" c="dimmed" visibleFrom="sm">
            {t('slashHint')}
          </Text>
        </Group>
        <Group gap="xs">
          <Group gap={4} visibleFrom="md" aria-hidden>
            {keyCaps('mod+Enter').map((cap) => (
              <Kbd key={cap} size="xs">
                {cap}
              </Kbd>
            ))}
          </Group>
          <Button
            color={kind === 'note' ? 'yellow' : 'blue'}
            disabled={!text.trim() || missing.length > 0}
            onClick={send}
          >
            {t(kind === 'note' ? 'note.send' : 'reply.send')}
          </Button>
        </Group>
      </div>
    </section>
  );
}
