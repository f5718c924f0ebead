import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { minutesOf, parseTime, timeOf } from './weekly';

interface TimeFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  invalid?: boolean;
  readOnly?: boolean;
}

const STEP = 15;

/** A time of day that takes "9", "930" or "5pm"; the arrow keys move it by a quarter of an hour, with Shift by one. */
export function TimeField({ label, value, onChange, invalid, readOnly }: TimeFieldProps) {
  const [typed, setTyped] = useState<string>();
  const keep = () => {
    if (typed === undefined) return;
    const time = parseTime(typed);
    if (time) onChange(time);
    setTyped(undefined);
  };
  const move = (minutes: number) => {
    const from = parseTime(typed ?? value) ?? value;
    setTyped(undefined);
    onChange(timeOf(minutesOf(from) + minutes));
  };
  return (
    <TextInput
      w={76}
      size="sm"
      aria-label={label}
      className="tw-number"
      autoComplete="off"
      maxLength={8}
      readOnly={readOnly ?? false}
      error={invalid || (typed !== undefined && !parseTime(typed))}
      value={typed ?? value}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={keep}
      onKeyDown={(event) => {
        if (readOnly) return;
        if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
          event.preventDefault();
          move((event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 60 : STEP));
        }
        if (event.key !== 'Enter') return;
        // Of a form, Enter would save everything while this time is still being typed.
        event.preventDefault();
        keep();
      }}
    />
  );
}
