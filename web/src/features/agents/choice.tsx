import { Select } from '@mantine/core';
import type { ReactNode } from 'react';

interface ChoiceProps {
  label: string;
  description: ReactNode;
  /** What it means to choose nothing. */
  none: string;
  /** Name of a chosen one that is not in the list: deleted, or not to be seen. */
  unknown: string;
  options: readonly { value: string; label: string }[] | undefined;
  value: string | null;
  error?: ReactNode;
  readOnly: boolean;
  onChange: (value: string | null) => void;
}

/** One of the things that other parts of the product keep, or none. */
export function Choice(props: ChoiceProps) {
  const { none, unknown, options = [], value, readOnly, ...rest } = props;
  const known = value === null || options.some((option) => option.value === value);
  return (
    <Select
      {...rest}
      placeholder={none}
      clearable
      searchable={options.length > 8}
      readOnly={readOnly}
      data={known ? [...options] : [{ value: value ?? '', label: unknown }, ...options]}
      value={value}
    />
  );
}
