import { ActionIcon, Badge, Button, Group, Menu, Text, UnstyledButton } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  IconChevronDown,
  IconChevronRight,
  IconDotsVertical,
  IconGripVertical,
  IconPlus,
} from '@/app/icons';
import { BlockFields } from './block-fields';
import { type Block, blankBlock, duplicated, excerpt, type Kind, LEAF_KINDS, moved } from './draft';
import classes from './mail-templates.module.css';
import type { Problem } from './queries';

interface BlockListProps {
  /** The blocks of this list, and all of the mail (for ids of new ones). */
  blocks: readonly Block[];
  every: readonly Block[];
  kinds: readonly Kind[];
  most: number;
  label: string;
  addLabel: string;
  problems: readonly Problem[];
  open: string | undefined;
  onOpen: (id: string | undefined) => void;
  onChange: (blocks: Block[], key?: string) => void;
  readOnly: boolean;
}

/** Blocks in their order: dragged, moved by a menu, or by Alt with the arrow keys. */
export function BlockList(props: BlockListProps) {
  const { blocks, every, kinds, most, label, addLabel, onChange, onOpen, readOnly } = props;
  const { t } = useTranslation('mail-templates');
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const [told, setTold] = useState('');
  const nameOf = (block: Block) => excerpt(block).slice(0, 120) || t(`kind.${block.kind}`);
  const move = (from: number, to: number) => {
    const block = blocks[from];
    if (!block || to < 0 || to >= blocks.length || from === to) return;
    onChange(moved(blocks, from, to));
    setTold(t('blocks.moved', { name: nameOf(block), number: to + 1, count: blocks.length }));
  };
  const add = (kind: Kind) => {
    const block = blankBlock(every, kind);
    // What is added stands before a footer at the end.
    const last =
      blocks.at(-1)?.kind === 'footer' && kind !== 'footer' ? blocks.length - 1 : blocks.length;
    onChange([...blocks.slice(0, last), block, ...blocks.slice(last)]);
    onOpen(block.id);
  };
  return (
    <div className={classes.blocks}>
      <span className="tw-hidden" role="status">
        {told}
      </span>
      {blocks.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('blocks.none')}
        </Text>
      )}
      <ol className={classes.list} aria-label={label}>
        {blocks.map((block, index) => (
          <li
            key={block.id}
            className={classes.block}
            data-over={(over === index && dragged !== undefined && dragged !== index) || undefined}
            onDragOver={(event) => {
              if (dragged === undefined) return;
              event.preventDefault();
              event.stopPropagation();
              setOver(index);
            }}
            onDrop={(event) => {
              if (dragged === undefined) return;
              event.preventDefault();
              event.stopPropagation();
              move(dragged, index);
              setDragged(undefined);
              setOver(undefined);
            }}
          >
            <BlockItem
              {...props}
              block={block}
              name={nameOf(block)}
              index={index}
              onMove={(to) => move(index, to)}
              onDrag={(going) => {
                setDragged(going ? index : undefined);
                if (!going) setOver(undefined);
              }}
              onRemove={() => {
                onChange(blocks.filter(({ id }) => id !== block.id));
                setTold(t('blocks.removed', { name: nameOf(block) }));
              }}
            />
          </li>
        ))}
      </ol>
      {!readOnly && blocks.length < most && (
        <Menu position="bottom-start" withinPortal>
          <Menu.Target>
            <Button variant="default" size="sm" leftSection={<IconPlus size={16} />}>
              {addLabel}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {kinds.map((kind) => (
              <Menu.Item key={kind} onClick={() => add(kind)}>
                {t(`kind.${kind}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}

interface BlockItemProps extends BlockListProps {
  block: Block;
  name: string;
  index: number;
  onMove: (to: number) => void;
  onDrag: (going: boolean) => void;
  onRemove: () => void;
}

function BlockItem(props: BlockItemProps) {
  const { block, name, index, blocks, problems, open, onOpen, onChange, readOnly } = props;
  const { onMove, onDrag, onRemove } = props;
  const { t } = useTranslation('mail-templates');
  const inner = block.kind === 'columns' ? block.columns.flat().map(({ id }) => id) : [];
  const shown = open === block.id || inner.includes(open ?? '');
  const errors = problems.filter(
    (one) =>
      one.severity === 'error' && (one.block === block.id || inner.includes(one.block ?? '')),
  );
  const put = (next: Block, key?: string) =>
    onChange(
      blocks.map((one) => (one.id === block.id ? next : one)),
      key && `${block.id}.${key}`,
    );
  const byKey = (event: KeyboardEvent) => {
    if (!event.altKey || readOnly) return;
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    onMove(index + by);
  };
  return (
    <>
      <div className={classes.head}>
        {!readOnly && (
          <span
            className={classes.grip}
            draggable
            aria-hidden
            title={t('blocks.drag')}
            onDragStart={(event) => {
              event.stopPropagation();
              event.dataTransfer.effectAllowed = 'move';
              event.dataTransfer.setData('text/plain', name);
              onDrag(true);
            }}
            onDragEnd={() => onDrag(false)}
          >
            <IconGripVertical size={16} />
          </span>
        )}
        <UnstyledButton
          className={classes.title}
          aria-expanded={shown}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
          onClick={() => onOpen(shown ? undefined : block.id)}
          onKeyDown={byKey}
        >
          {shown ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
          <span className={classes.kind}>{t(`kind.${block.kind}`)}</span>
          {name !== t(`kind.${block.kind}`) && <span className={classes.excerpt}>{name}</span>}
        </UnstyledButton>
        {block.condition && (
          <Badge color="blue" flex="none" visibleFrom="sm">
            {t('blocks.conditional')}
          </Badge>
        )}
        {errors.length > 0 && (
          <Badge color="red" flex="none">
            {t('blocks.errors', { count: errors.length })}
          </Badge>
        )}
        {!readOnly && (
          <Menu withinPortal position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={t('blocks.menu', { name })}>
                <IconDotsVertical size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item disabled={index === 0} onClick={() => onMove(index - 1)}>
                {t('blocks.up')}
              </Menu.Item>
              <Menu.Item disabled={index === blocks.length - 1} onClick={() => onMove(index + 1)}>
                {t('blocks.down')}
              </Menu.Item>
              <Menu.Item disabled={index === 0} onClick={() => onMove(0)}>
                {t('blocks.top')}
              </Menu.Item>
              <Menu.Item
                disabled={index === blocks.length - 1}
                onClick={() => onMove(blocks.length - 1)}
              >
                {t('blocks.bottom')}
              </Menu.Item>
              <Menu.Item onClick={() => onChange(duplicated(blocks, index))}>
                {t('blocks.duplicate')}
              </Menu.Item>
              <Menu.Item color="red" onClick={onRemove}>
                {t('blocks.remove')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {shown && (
        <div className={classes.fields}>
          {errors
            .filter((one) => one.block === block.id)
            .map((one) => (
              <Text key={one.text} size="sm" c="var(--mantine-color-red-text)">
                {one.text}
              </Text>
            ))}
          {block.kind === 'columns' && <Columns {...props} block={block} put={put} />}
          <BlockFields block={block} onChange={put} readOnly={readOnly} />
        </div>
      )}
    </>
  );
}

type ColumnsBlock = Extract<Block, { kind: 'columns' }>;

function Columns({
  block,
  put,
  ...rest
}: Omit<BlockItemProps, 'block'> & {
  block: ColumnsBlock;
  put: (next: Block, key?: string) => void;
}) {
  const { t } = useTranslation('mail-templates');
  return block.columns.map((column, at) => (
    <Group
      // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
      key={at}
      component="section"
      className={classes.column}
      aria-label={t('field.column', { number: at + 1 })}
    >
      <Text size="xs" fw={600} c="dimmed">
        {t('field.column', { number: at + 1 })}
      </Text>
      <BlockList
        {...rest}
        blocks={column as Block[]}
        kinds={LEAF_KINDS}
        most={10}
        label={t('field.column', { number: at + 1 })}
        addLabel={t('blocks.addHere', { column: at + 1 })}
        onChange={(next, key) =>
          put(
            {
              ...block,
              columns: block.columns.map((one, n) => (n === at ? (next as typeof one) : one)),
            },
            key,
          )
        }
      />
    </Group>
  ));
}
