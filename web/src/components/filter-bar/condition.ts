import * as z from 'zod/mini';

export type Scalar = string | number | boolean;
export type ConditionValue = Scalar | null | (string | number)[];

export interface Leaf {
  field: string;
  op: string;
  value?: ConditionValue | undefined;
  /** Parameters of activity fields. */
  kind?: string | undefined;
  within_days?: number | undefined;
}

/** The condition language of the server. */
export type Condition = { all: Condition[] } | { any: Condition[] } | { not: Condition } | Leaf;

export const MAX_DEPTH = 5;
export const MAX_LEAVES = 50;

const leaf = z.looseObject({ field: z.string(), op: z.string() });

/** Accepts what the server would accept in shape; anything else in the address is dropped. */
export const conditionSchema: z.ZodMiniType<Condition> = z.union([
  z.object({ all: z.array(z.lazy(() => conditionSchema)) }),
  z.object({ any: z.array(z.lazy(() => conditionSchema)) }),
  z.object({ not: z.lazy(() => conditionSchema) }),
  leaf,
]) as unknown as z.ZodMiniType<Condition>;

export interface FieldOption {
  value: string;
  label: string;
}

/** One entry of the field catalogue (`GET leads/fields`). */
export interface FilterField {
  key: string;
  label: string;
  kind: string;
  ops: string[];
  options?: FieldOption[] | null;
  group?: string | null;
}

export const isAll = (item: Condition): item is { all: Condition[] } => 'all' in item;
export const isAny = (item: Condition): item is { any: Condition[] } => 'any' in item;
export const isNot = (item: Condition): item is { not: Condition } => 'not' in item;
export const isLeaf = (item: Condition): item is Leaf => 'field' in item;

/** The top level as a list of parts that must all hold. */
export function parts(condition: Condition | undefined): Condition[] {
  if (!condition) return [];
  return isAll(condition) ? condition.all : [condition];
}

/** The opposite of `parts`; nothing left means no filter at all. */
export function fromParts(list: Condition[]): Condition | undefined {
  if (list.length === 0) return undefined;
  return list.length === 1 && list[0] && !isAll(list[0]) ? list[0] : { all: list };
}

export function countLeaves(condition: Condition): number {
  if (isLeaf(condition)) return 1;
  if (isNot(condition)) return countLeaves(condition.not);
  return (isAll(condition) ? condition.all : condition.any).reduce(
    (sum, item) => sum + countLeaves(item),
    0,
  );
}

export function depth(condition: Condition): number {
  if (isLeaf(condition)) return 1;
  if (isNot(condition)) return 1 + depth(condition.not);
  const children = isAll(condition) ? condition.all : condition.any;
  return 1 + Math.max(0, ...children.map(depth));
}

const NO_VALUE = new Set(['is_set', 'is_not_set']);
const LISTS = new Set(['in', 'not_in', 'has_any', 'has_all', 'has_none']);

export const takesNoValue = (op: string) => NO_VALUE.has(op);
export const takesList = (op: string) => LISTS.has(op);
export const takesRange = (op: string) => op === 'between';
export const takesDays = (op: string) => op === 'within_days' || op === 'more_than_days_ago';

/** True when the leaf says everything the server needs. */
export function isComplete(item: Leaf): boolean {
  if (!item.field || !item.op) return false;
  if (takesNoValue(item.op)) return true;
  if (Array.isArray(item.value)) {
    return takesRange(item.op)
      ? item.value.length === 2 && item.value.every((part) => part !== '')
      : item.value.length > 0;
  }
  return item.value !== undefined && item.value !== null && item.value !== '';
}

/** Removes unfinished leaves and empty groups, for sending. */
export function cleaned(condition: Condition | undefined): Condition | undefined {
  if (!condition) return undefined;
  if (isLeaf(condition)) return isComplete(condition) ? condition : undefined;
  if (isNot(condition)) {
    const inner = cleaned(condition.not);
    return inner && { not: inner };
  }
  const list = (isAll(condition) ? condition.all : condition.any)
    .map(cleaned)
    .filter((item): item is Condition => item !== undefined);
  if (list.length === 0) return undefined;
  return isAll(condition) ? { all: list } : { any: list };
}

/** A first guess for a field just chosen. */
export function emptyLeaf(field: FilterField): Leaf {
  const op = field.ops[0] ?? 'eq';
  return { field: field.key, op, value: emptyValue(field, op) };
}

/** The blank value that fits an operator. */
export function emptyValue(field: FilterField, op: string): ConditionValue | undefined {
  if (takesNoValue(op)) return undefined;
  if (takesRange(op)) return ['', ''];
  if (takesList(op)) return [];
  if (takesDays(op)) return 30;
  if (field.kind === 'activity_count') return 1;
  return field.kind === 'boolean' ? true : '';
}
