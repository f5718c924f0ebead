import { Text, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Icon } from '@/app/icon-type';
import { IconMessage } from '@/app/icons';
import classes from './builder.module.css';
import { useEditing } from './editing';
import { annotate, type Kind, portsOf } from './graph';
import { GROUPS, KINDS, kindsOf } from './kinds';

/** What a dragged piece of the palette says it is. */
export const KIND_TYPE = 'application/x-tradewind-step';

interface PieceProps {
  kind: Kind | 'comment';
  icon: Icon;
  label: string;
  hint: string;
  onPick: () => void;
}

function Piece({ kind, icon: Icon, label, hint, onPick }: PieceProps) {
  return (
    <UnstyledButton
      className={classes.piece}
      title={hint}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(KIND_TYPE, kind);
        event.dataTransfer.effectAllowed = 'copy';
      }}
      onClick={onPick}
    >
      <Icon size={16} aria-hidden />
      {label}
    </UnstyledButton>
  );
}

/** Pieces to drag onto the canvas. A click puts one behind the step that is open, or at the first open end. */
export function Palette() {
  const { t } = useTranslation('journeys');
  const { graph, add, change, selected } = useEditing();
  const pick = (kind: Kind) => {
    const led = new Set(graph.edges.map(({ from, port }) => `${from} ${port}`));
    const open = [...(selected ? [selected] : []), ...graph.nodes]
      .flatMap((step) => portsOf(step).map(({ key, free }) => ({ from: step.id, port: key, free })))
      .find(({ from, port, free }) => !free && !led.has(`${from} ${port}`));
    const behind = selected && portsOf(selected)[0];
    const after =
      open?.from === selected?.id || !behind ? open : { from: selected.id, port: behind.key };
    add(kind, kind === 'trigger' ? undefined : after);
  };
  return (
    <aside className={classes.palette} aria-label={t('palette.title')}>
      {GROUPS.map((group) => (
        <div key={group}>
          <Text size="xs" c="dimmed" fw={500} mb={4}>
            {t(`group.${group}`)}
          </Text>
          {kindsOf(group).map((kind) => (
            <Piece
              key={kind}
              kind={kind}
              icon={KINDS[kind].icon}
              label={t(`kind.${kind}`)}
              hint={t(`kindText.${kind}`)}
              onPick={() => pick(kind)}
            />
          ))}
        </div>
      ))}
      <div>
        <Text size="xs" c="dimmed" fw={500} mb={4}>
          {t('palette.beside')}
        </Text>
        <Piece
          kind="comment"
          icon={IconMessage}
          label={t('comment.title')}
          hint={t('comment.hint')}
          onPick={() => {
            const below = Math.max(0, ...Object.values(graph.layout).map(([, y]) => y));
            change(annotate(graph, [-264, below]));
          }}
        />
      </div>
    </aside>
  );
}
