import type { TFunction } from 'i18next';
import type { FilterField } from './condition';

export interface FieldGroup {
  group: string;
  items: { value: string; label: string }[];
}

/** Fields under the names of their groups, in the order of the catalogue. Bare references cannot be typed in. */
export function groupedFields(
  fields: readonly FilterField[],
  t: TFunction<'components'>,
): FieldGroup[] {
  const groups = new Map<string, FieldGroup>();
  for (const field of fields) {
    if (field.kind === 'reference' && !field.options?.length) continue;
    const key = field.group ?? '';
    const group = groups.get(key) ?? {
      group: key ? t(`filter.groups.${key}`, { defaultValue: key }) : '',
      items: [],
    };
    group.items.push({ value: field.key, label: field.label });
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Name of a kind of activity: "email.opened" → "E-mail opened". */
export function activityKindLabel(kind: string, t: TFunction<'components'>): string {
  return t(`activity.${kind.replaceAll('.', '_').replace('*', 'any')}`, { defaultValue: kind });
}
