import { ActionIcon, Button, Group, SegmentedControl, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconX } from '@/app/icons';
import {
  type Condition,
  countLeaves,
  emptyLeaf,
  type FilterField,
  isAny,
  isLeaf,
  isNot,
  MAX_DEPTH,
  MAX_LEAVES,
  parts,
} from './condition';
import classes from './filter-bar.module.css';
import { LeafEditor } from './leaf-editor';

interface ConditionBuilderProps {
  value: Condition | undefined;
  fields: readonly FilterField[];
  activityKinds?: readonly string[];
  onChange: (value: Condition) => void;
  level?: number;
  /** Leaves in the whole tree, given by the root to its groups. */
  total?: number;
}

type Mode = 'all' | 'any' | 'none';

function read(value: Condition | undefined): { mode: Mode; list: Condition[] } {
  if (value && isNot(value)) {
    const inner = value.not;
    return { mode: 'none', list: isAny(inner) ? inner.any : parts(inner) };
  }
  if (value && isAny(value)) return { mode: 'any', list: value.any };
  return { mode: 'all', list: parts(value) };
}

function write(mode: Mode, list: Condition[]): Condition {
  if (mode === 'all') return { all: list };
  return mode === 'any' ? { any: list } : { not: { any: list } };
}

/** Builds nested and/or/none groups; used by the filter bar and by segments and rules. */
export function ConditionBuilder({
  value,
  fields,
  activityKinds = [],
  onChange,
  level = 1,
  total,
}: ConditionBuilderProps) {
  const { t } = useTranslation('components');
  const { mode, list } = read(value);
  const leaves = total ?? (value ? countLeaves(value) : 0);
  const full = leaves >= MAX_LEAVES;
  // A "none" group costs two levels in the language of the server.
  const deep = level * 2 >= MAX_DEPTH + 1;
  const set = (next: Condition[], nextMode: Mode = mode) => onChange(write(nextMode, next));
  const add = (item: Condition) => set([...list, item]);
  const first = fields[0];
  return (
    <Stack
      gap="xs"
      className={classes.group}
      data-level={level}
      role="group"
      aria-label={t('filter.group')}
    >
      <SegmentedControl
        w="fit-content"
        value={mode}
        aria-label={t('filter.match')}
        data={[
          { value: 'all', label: t('filter.all') },
          { value: 'any', label: t('filter.any') },
          { value: 'none', label: t('filter.none') },
        ]}
        onChange={(next) => set(list, next as Mode)}
      />
      {list.map((item, index) => {
        const replace = (next: Condition) => set(list.map((old, i) => (i === index ? next : old)));
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no identity of their own
          <Group key={index} gap="xs" align="flex-start" wrap="nowrap">
            {isLeaf(item) ? (
              <LeafEditor
                leaf={item}
                fields={fields}
                activityKinds={activityKinds}
                onChange={replace}
              />
            ) : (
              <ConditionBuilder
                value={item}
                fields={fields}
                activityKinds={activityKinds}
                onChange={replace}
                level={level + 1}
                total={leaves}
              />
            )}
            <ActionIcon
              aria-label={t('filter.remove', { number: index + 1 })}
              onClick={() => set(list.filter((_, i) => i !== index))}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        );
      })}
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          disabled={full || !first}
          onClick={() => first && add(emptyLeaf(first))}
        >
          {t('filter.addCondition')}
        </Button>
        {!deep && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<IconPlus size={14} />}
            disabled={full || !first}
            onClick={() => first && add({ any: [emptyLeaf(first)] })}
          >
            {t('filter.addGroup')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
