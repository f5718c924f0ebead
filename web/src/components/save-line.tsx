import { ActionIcon, Button, Group, Text } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { formatTime } from '@/app/format';
import { IconArrowBackUp, IconArrowForwardUp } from '@/app/icons';
import type { Autosaved } from './use-autosaved';

type Editor = Omit<Autosaved<object>, 'draft' | 'set'>;

/** Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y) for a whole editor: goes on its outermost element as `onKeyDownCapture`. */
export function undoByKey(editor: Editor) {
  return (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    // A dialog that is opened from inside has steps of its own.
    if (!event.currentTarget.contains(event.target as Node)) return;
    const key = event.key.toLowerCase();
    const redo = key === 'y' || (key === 'z' && event.shiftKey);
    if (key !== 'z' && !redo) return;
    event.preventDefault();
    if (redo) editor.redo();
    else editor.undo();
  };
}

interface SaveLineProps {
  editor: Editor;
  /** When it was stored last: "Saved 10:42". */
  at: string;
}

/** Whether what is shown is stored, what can be done where it is not, and the steps back and forth. Texts: load `autosave`. */
export function SaveLine({ editor, at }: SaveLineProps) {
  const { t } = useTranslation('autosave');
  const { state, error } = editor;
  return (
    <Group gap="xs">
      <Text
        size="xs"
        c={state === 'failed' ? 'var(--mantine-color-red-text)' : 'dimmed'}
        role="status"
      >
        {t(state, { why: error?.message ?? '', at: formatTime(at) })}
      </Text>
      {state === 'failed' && (
        <Button size="compact-xs" variant="default" onClick={() => void editor.flush()}>
          {t('again')}
        </Button>
      )}
      {state === 'conflict' && (
        <>
          <Button size="compact-xs" variant="default" onClick={editor.reload}>
            {t('theirs')}
          </Button>
          <Button size="compact-xs" variant="default" onClick={editor.overwrite}>
            {t('mine')}
          </Button>
        </>
      )}
      <Group gap={4}>
        <ActionIcon
          aria-label={t('undo')}
          title={`${t('undo')} (Ctrl+Z)`}
          disabled={!editor.canUndo}
          onClick={editor.undo}
        >
          <IconArrowBackUp size={16} />
        </ActionIcon>
        <ActionIcon
          aria-label={t('redo')}
          title={`${t('redo')} (Ctrl+Shift+Z)`}
          disabled={!editor.canRedo}
          onClick={editor.redo}
        >
          <IconArrowForwardUp size={16} />
        </ActionIcon>
      </Group>
    </Group>
  );
}
