import { Textarea, TextInput } from '@mantine/core';
import { useRef } from 'react';
import { FieldMenu } from './field-menu';

interface LineFieldProps {
  label: string;
  description?: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
  readOnly: boolean;
  /** Several lines. */
  long?: boolean;
  maxLength?: number;
  error?: string | undefined;
}

/** A line or more of text, with a menu that puts fields in where the cursor is. */
export function LineField({ value, onChange, readOnly, long, error, ...rest }: LineFieldProps) {
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const insert = (text: string) => {
    const at = input.current?.selectionStart ?? value.length;
    const until = input.current?.selectionEnd ?? at;
    onChange(value.slice(0, at) + text + value.slice(until));
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(at + text.length, at + text.length);
    });
  };
  const shared = {
    ...rest,
    ref: input,
    value,
    readOnly,
    ...(error ? { error } : {}),
    maxLength: rest.maxLength ?? 300,
    rightSection: readOnly ? undefined : <FieldMenu onInsert={insert} />,
    rightSectionWidth: 36,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return long ? (
    <Textarea autosize minRows={2} maxRows={8} {...shared} />
  ) : (
    <TextInput {...shared} />
  );
}
