import { Group, NumberInput, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { emptyLeaf, emptyValue, type FilterField, type Leaf } from './condition';
import { activityKindLabel, groupedFields } from './field-choices';
import classes from './filter-bar.module.css';
import { ValueInput } from './value-input';

interface LeafEditorProps {
  leaf: Leaf;
  fields: readonly FilterField[];
  /** Kinds for activity fields, from the catalogue. */
  activityKinds?: readonly string[];
  onChange: (leaf: Leaf) => void;
}

/** Field, operator and value of one condition; activity fields also ask which kind and how recent. */
export function LeafEditor({ leaf, fields, activityKinds = [], onChange }: LeafEditorProps) {
  const { t } = useTranslation('components');
  const field = fields.find((item) => item.key === leaf.field);
  const groups = groupedFields(fields, t);
  const activity = field?.kind === 'activity_count' || field?.kind === 'activity_time';
  return (
    <Group gap="xs" align="flex-start" className={classes.leaf}>
      <Select
        aria-label={t('filter.field')}
        data={groups.length === 1 ? groups.flatMap((group) => group.items) : groups}
        value={leaf.field}
        searchable
        onChange={(key) => {
          const next = fields.find((item) => item.key === key);
          if (next) onChange(emptyLeaf(next));
        }}
        comboboxProps={{ withinPortal: false }}
      />
      {field && activity && (
        <Select
          aria-label={t('filter.activityKind')}
          placeholder={t('filter.anyActivity')}
          data={activityKinds.map((kind) => ({ value: kind, label: activityKindLabel(kind, t) }))}
          value={leaf.kind ?? null}
          searchable
          clearable
          onChange={(kind) => {
            const { kind: _old, ...rest } = leaf;
            onChange(kind ? { ...rest, kind } : rest);
          }}
          comboboxProps={{ withinPortal: false }}
        />
      )}
      {field && (
        <>
          <Select
            aria-label={t('filter.operator')}
            data={field.ops.map((op) => ({
              value: op,
              label: t(`filter.op.${op}`, { defaultValue: op }),
            }))}
            value={leaf.op}
            onChange={(op) => {
              if (op) onChange({ ...leaf, op, value: emptyValue(field, op) });
            }}
            comboboxProps={{ withinPortal: false }}
          />
          <ValueInput
            field={field}
            op={leaf.op}
            value={leaf.value}
            onChange={(value) => onChange({ ...leaf, value })}
          />
        </>
      )}
      {field?.kind === 'activity_count' && (
        <NumberInput
          size="sm"
          min={0}
          max={3650}
          aria-label={t('filter.lastDays')}
          placeholder={t('filter.anyTime')}
          prefix={t('filter.lastPrefix')}
          suffix={` ${t('filter.daysUnit')}`}
          value={leaf.within_days ?? ''}
          onChange={(days) => {
            const { within_days: _old, ...rest } = leaf;
            onChange(typeof days === 'number' ? { ...rest, within_days: days } : rest);
          }}
        />
      )}
    </Group>
  );
}
