/** @jsxImportSource preact */
/** Where the visitor writes: Enter sends, Shift and Enter make a new line. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from './chat.ts';
import { Icon } from './icons.tsx';
import { t } from './texts.ts';

const ACCEPTED =
  'image/*,application/pdf,text/plain,text/csv,audio/*,video/mp4,.docx,.xlsx,.pptx,.zip';
const TALLEST = 120;

export function Composer({ chat, still }: { chat: Chat; still: boolean }) {
  const [text, write] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const most = chat.boot.config.max_characters;
  const over = text.length - most;
  useEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, TALLEST)}px`;
  });
  useEffect(() => {
    if (chat.opened && !still && !chat.quiet) field.current?.focus();
  }, [chat.opened, still, chat.quiet]);
  const send = () => {
    if (!text.trim() || over > 0) return;
    chat.say(text.trim());
    write('');
    field.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {over > 0 && (
        <p class="wrong" role="alert">
          {t('tooLong', { count: over })}
        </p>
      )}
      <div class="line">
        {chat.boot.config.file_upload && (
          <>
            <button
              type="button"
              class="round"
              aria-label={t('attach')}
              disabled={chat.uploading !== null}
              onClick={() => picker.current?.click()}
            >
              <Icon name="attach" />
            </button>
            <input
              ref={picker}
              type="file"
              class="hidden"
              tabIndex={-1}
              aria-hidden="true"
              accept={ACCEPTED}
              onChange={(event) => {
                const file = event.currentTarget.files?.[0];
                if (file) void chat.upload(file);
                event.currentTarget.value = '';
              }}
            />
          </>
        )}
        <textarea
          ref={field}
          rows={1}
          dir={text ? 'auto' : undefined}
          value={text}
          aria-label={t('write')}
          placeholder={t('write')}
          enterkeyhint="send"
          onInput={(event) => {
            write(event.currentTarget.value);
            chat.writing();
          }}
          onKeyDown={(event) => {
            // While a word is being composed Enter belongs to the input method.
            if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
              event.preventDefault();
              send();
            }
          }}
        />
        <button
          type="submit"
          class="round go"
          aria-label={t('send')}
          disabled={!text.trim() || over > 0}
        >
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
