/** What to change on a record; custom values under `custom`. */
export type Changes = Record<string, unknown>;

/** A field by its name, `custom.<key>` for custom ones. */
export function fieldValue(record: object, field: string): unknown {
  const values = record as Record<string, unknown>;
  if (!field.startsWith('custom.')) return values[field];
  return (values.custom as Record<string, unknown> | undefined)?.[field.slice('custom.'.length)];
}

/** The patch that sets one field. */
export function patchOf(field: string, value: unknown): Changes {
  if (!field.startsWith('custom.')) return { [field]: value };
  return { custom: { [field.slice('custom.'.length)]: value } };
}

/** Names of the fields a patch sets. */
export function fieldsOf(patch: Changes): string[] {
  return Object.entries(patch).flatMap(([name, value]) =>
    name === 'custom' && value !== null && typeof value === 'object'
      ? Object.keys(value).map((key) => `custom.${key}`)
      : [name],
  );
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Fields of the patch that someone else changed to something else since `base` was read. */
export function conflictsOf(patch: Changes, base: object, current: object): string[] {
  return fieldsOf(patch).filter((field) => {
    const now = fieldValue(current, field);
    const mine = field.startsWith('custom.')
      ? fieldValue({ custom: patch.custom }, field)
      : patch[field];
    return !same(now, fieldValue(base, field)) && !same(now, mine);
  });
}
