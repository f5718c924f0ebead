import type { TFunction } from 'i18next';
import { formatDate, formatNumber } from '@/app/format';
import {
  type Condition,
  type FilterField,
  isAll,
  isAny,
  isLeaf,
  isNot,
  type Leaf,
  takesDays,
  takesNoValue,
} from './condition';
import { activityKindLabel } from './field-choices';

function describeValue(
  item: Leaf,
  field: FilterField | undefined,
  t: TFunction<'components'>,
): string {
  const one = (value: unknown): string => {
    if (typeof value === 'boolean') return t(value ? 'filter.yes' : 'filter.no');
    const option = field?.options?.find((entry) => entry.value === String(value));
    if (option) return option.label;
    if (typeof value === 'number') return formatNumber(value);
    const isDate = ['date', 'datetime', 'activity_time'].includes(field?.kind ?? '');
    if (isDate && typeof value === 'string' && !Number.isNaN(Date.parse(value))) {
      return formatDate(value);
    }
    return String(value ?? '');
  };
  if (takesNoValue(item.op)) return '';
  if (takesDays(item.op)) return t('filter.days', { count: Number(item.value) });
  if (Array.isArray(item.value)) {
    return item.value.map(one).join(item.op === 'between' ? ' – ' : ', ');
  }
  return one(item.value);
}

/** One condition in words, for chips and for the segment pages. */
export function describe(
  condition: Condition,
  fields: readonly FilterField[],
  t: TFunction<'components'>,
): string {
  if (isNot(condition)) return t('filter.not', { what: describe(condition.not, fields, t) });
  if (isAll(condition) || isAny(condition)) {
    const list = isAll(condition) ? condition.all : condition.any;
    const word = t(isAll(condition) ? 'filter.and' : 'filter.or');
    return list
      .map((item) => (isLeaf(item) ? describe(item, fields, t) : `(${describe(item, fields, t)})`))
      .join(` ${word} `);
  }
  const field = fields.find((entry) => entry.key === condition.field);
  const parts = [field?.label ?? condition.field];
  if (condition.kind) parts.push(`“${activityKindLabel(condition.kind, t)}”`);
  const op = t(`filter.op.${condition.op}`, { defaultValue: condition.op });
  parts.push(op, describeValue(condition, field, t));
  if (condition.within_days !== undefined) {
    parts.push(t('filter.inLastDays', { count: condition.within_days }));
  }
  return parts.filter(Boolean).join(' ');
}
