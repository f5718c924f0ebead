import { Button } from '@mantine/core';
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import type { ComponentType, ReactNode } from 'react';
import { IconPlus } from '@/app/icons';

export interface Begin {
  /** The button: "New flow". */
  label: string;
  /** Asks what is needed, adds it, and hands over what was made. */
  Dialog: ComponentType<{ onClose: (made?: { id: string }) => void }>;
  /** Where what was made is opened, below its own page: "/edit". */
  at?: string;
}

/** The button of a list that begins something new, and its dialog: open where the address says `create=true`. */
export function useBegin(begin: Begin | false): { button: ReactNode; dialog: ReactNode } {
  const { create } = useSearch({ strict: false }) as { create?: boolean };
  const list = useLocation().pathname.replace(/\/$/, '');
  const navigate = useNavigate();
  if (!begin) return { button: null, dialog: null };
  const { label, Dialog, at = '' } = begin;
  const open = (next: true | undefined) =>
    void navigate({ to: '.', search: ((old: object) => ({ ...old, create: next })) as never });
  return {
    button: (
      <Button leftSection={<IconPlus size={16} />} onClick={() => open(true)}>
        {label}
      </Button>
    ),
    dialog: create && (
      <Dialog
        onClose={(made) =>
          made ? void navigate({ to: `${list}/${made.id}${at}` as never }) : open(undefined)
        }
      />
    ),
  };
}
