import { Button, CloseButton, Group, Popover, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconSearch } from '@/app/icons';
import { useShortcuts } from '@/app/shortcuts';
import {
  type Condition,
  cleaned,
  emptyLeaf,
  type FilterField,
  fromParts,
  isComplete,
  isLeaf,
  type Leaf,
  parts,
} from './condition';
import { ConditionBuilder } from './condition-builder';
import { describe } from './describe';
import { FieldPicker } from './field-picker';
import classes from './filter-bar.module.css';
import { LeafEditor } from './leaf-editor';

interface FilterBarProps {
  fields: readonly FilterField[];
  /** Kinds of activity, from the catalogue too. */
  activityKinds?: readonly string[];
  value: Condition | undefined;
  onChange: (value: Condition | undefined) => void;
  /** Full-text search; leave both out when the list has none. */
  query?: string | undefined;
  onQuery?: (query: string | undefined) => void;
  /** Sort, columns, view buttons at the end of the bar. */
  children?: ReactNode;
}

/** Search of a list: "/" focuses it, typing waits a moment, Back and Clear are followed. */
export function ListSearch({
  query,
  onQuery,
}: {
  query: string;
  onQuery: (q: string | undefined) => void;
}) {
  const { t } = useTranslation('components');
  const [text, setText] = useState(query);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(query);
  const send = useDebouncedCallback((value: string) => {
    sent.current = value;
    onQuery(value.trim() || undefined);
  }, 250);
  // Back, Clear and saved views change the address; the field follows, but never mid-typing.
  useEffect(() => {
    if (query !== sent.current.trim()) setText(query);
    sent.current = query;
  }, [query]);
  useShortcuts([
    {
      keys: '/',
      label: t('keys.search'),
      group: t('keys.list'),
      run: () => input.current?.focus(),
    },
  ]);
  return (
    <TextInput
      ref={input}
      type="search"
      className={classes.search}
      aria-label={t('filter.search')}
      placeholder={t('filter.search')}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text ? (
          <CloseButton
            size="sm"
            aria-label={t('filter.clearSearch')}
            onClick={() => {
              setText('');
              onQuery(undefined);
              input.current?.focus();
            }}
          />
        ) : undefined
      }
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
    />
  );
}

function Chip({
  item,
  fields,
  activityKinds,
  onChange,
  onRemove,
  onAdvanced,
  startOpen,
}: {
  item: Condition;
  fields: readonly FilterField[];
  activityKinds: readonly string[];
  onChange: (item: Leaf) => void;
  onRemove: () => void;
  onAdvanced: () => void;
  startOpen: boolean;
}) {
  const { t } = useTranslation('components');
  const [opened, setOpened] = useState(startOpen);
  const [draft, setDraft] = useState<Leaf | undefined>(isLeaf(item) ? item : undefined);
  const text = describe(item, fields, t);
  const show = (open: boolean) => {
    if (open && !isLeaf(item)) {
      onAdvanced();
      return;
    }
    if (open && isLeaf(item)) setDraft(item);
    if (!open && isLeaf(item) && !isComplete(item)) onRemove();
    setOpened(open);
  };
  const apply = () => {
    if (!draft || !isComplete(draft)) return;
    onChange(draft);
    setOpened(false);
  };
  return (
    <span
      className={classes.chip}
      data-incomplete={(isLeaf(item) && !isComplete(item)) || undefined}
    >
      <Popover opened={opened} onChange={show} position="bottom-start" trapFocus returnFocus>
        <Popover.Target>
          <button
            type="button"
            className={classes.chipText}
            title={text}
            onClick={() => show(!opened)}
          >
            {text}
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack
            gap="sm"
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) apply();
            }}
          >
            {draft && (
              <LeafEditor
                leaf={draft}
                fields={fields}
                activityKinds={activityKinds}
                onChange={setDraft}
              />
            )}
            <Group justify="flex-end" gap="xs">
              <Button size="xs" disabled={!draft || !isComplete(draft)} onClick={apply}>
                {t('filter.apply')}
              </Button>
            </Group>
          </Stack>
        </Popover.Dropdown>
      </Popover>
      <CloseButton
        size="sm"
        aria-label={t('filter.removeChip', { what: text })}
        onClick={onRemove}
      />
    </span>
  );
}

/** Search, filter chips and the group builder of a list. The value lives in the address. */
export function FilterBar({
  fields,
  activityKinds = [],
  value,
  onChange,
  query,
  onQuery,
  children,
}: FilterBarProps) {
  const { t } = useTranslation('components');
  const [pending, setPending] = useState<Leaf>();
  const [builder, setBuilder] = useState(false);
  const [draft, setDraft] = useState<Condition>();
  const list = parts(value);
  const openBuilder = () => {
    setDraft(value ?? { all: [] });
    setBuilder(true);
  };
  const any = list.length > 0 || Boolean(query);
  return (
    <search className={classes.bar}>
      {onQuery && <ListSearch query={query ?? ''} onQuery={onQuery} />}
      {list.map((item, index) => (
        <Chip
          // biome-ignore lint/suspicious/noArrayIndexKey: chips have no identity of their own
          key={`${index}-${JSON.stringify(item)}`}
          item={item}
          fields={fields}
          activityKinds={activityKinds}
          startOpen={false}
          onChange={(next) => onChange(fromParts(list.map((old, i) => (i === index ? next : old))))}
          onRemove={() => onChange(fromParts(list.filter((_, i) => i !== index)))}
          onAdvanced={openBuilder}
        />
      ))}
      {pending && (
        <Chip
          key={`new-${pending.field}`}
          item={pending}
          fields={fields}
          activityKinds={activityKinds}
          startOpen
          onChange={(next) => {
            setPending(undefined);
            onChange(fromParts([...list, next]));
          }}
          onRemove={() => setPending(undefined)}
          onAdvanced={openBuilder}
        />
      )}
      <FieldPicker
        fields={fields}
        onPick={(field) => setPending(emptyLeaf(field))}
        onAdvanced={openBuilder}
      />
      <Popover
        opened={builder}
        onChange={setBuilder}
        position="bottom-start"
        trapFocus
        returnFocus
        width="min(720px, calc(100vw - 32px))"
        withRoles={false}
      >
        <Popover.Target>
          <span className={classes.anchor} />
        </Popover.Target>
        <Popover.Dropdown role="dialog" aria-label={t('filter.advanced')}>
          <Stack gap="sm">
            <div className={classes.builder}>
              <ConditionBuilder
                value={draft}
                fields={fields}
                activityKinds={activityKinds}
                onChange={setDraft}
              />
            </div>
            <Group justify="flex-end" gap="xs">
              <Button size="xs" variant="default" onClick={() => setBuilder(false)}>
                {t('filter.cancel')}
              </Button>
              <Button
                size="xs"
                onClick={() => {
                  setBuilder(false);
                  onChange(cleaned(draft));
                }}
              >
                {t('filter.apply')}
              </Button>
            </Group>
          </Stack>
        </Popover.Dropdown>
      </Popover>
      {any && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            onChange(undefined);
            onQuery?.(undefined);
          }}
        >
          {t('filter.clear')}
        </Button>
      )}
      {children && <div className={classes.end}>{children}</div>}
    </search>
  );
}
