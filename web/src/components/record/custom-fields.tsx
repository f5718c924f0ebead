import type { Schema } from '@/api/api';
import { RecordField, type RecordFieldKind, type RecordFieldProps } from './record-field';
import type { Versioned } from './use-record-save';

type CustomField = Schema<'CustomFieldRead'>;

interface CustomFieldsProps<R extends Versioned>
  extends Pick<RecordFieldProps<R>, 'record' | 'save' | 'readOnly'> {
  fields: readonly CustomField[];
}

/** The fields in use among an organisation's own ones. */
export const inUse = (fields: readonly CustomField[] | undefined): CustomField[] =>
  fields?.filter((field) => !field.archived_at) ?? [];

/** The organisation's own fields of a record, each edited where it stands. */
export function CustomFields<R extends Versioned>({ fields, ...common }: CustomFieldsProps<R>) {
  return fields.map((field) => (
    <RecordField
      key={field.id}
      {...common}
      field={`custom.${field.key}`}
      label={field.label}
      kind={field.kind as RecordFieldKind}
      options={
        field.kind.endsWith('select')
          ? field.options.map((value) => ({ value, label: value }))
          : undefined
      }
    />
  ));
}
