import { useEffect, useRef } from 'react';
import { create } from 'zustand';

export interface Shortcut {
  /** "mod+k", "g l", "?", "shift+j"; "mod" is Ctrl, or Cmd on a Mac. */
  keys: string;
  label: string;
  /** Heading in the shortcut sheet. */
  group: string;
  run: (event: KeyboardEvent) => void;
  /** Also while a field has the focus or a dialog is open. */
  always?: boolean;
}

interface Registry {
  entries: { token: symbol; list: readonly Shortcut[] }[];
  singleKeys: boolean;
  sheetOpen: boolean;
}

export const useShortcutRegistry = create<Registry>(() => ({
  entries: [],
  singleKeys: true,
  sheetOpen: false,
}));

/** Adds shortcuts while the calling component is mounted; later ones win over earlier ones. */
export function useShortcuts(list: readonly Shortcut[]): void {
  const latest = useRef(list);
  latest.current = list;
  const shape = list.map((item) => `${item.keys}|${item.label}|${item.group}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: registered again only when the visible part changes
  useEffect(() => {
    const token = Symbol('shortcuts');
    const stable = latest.current.map((item, index) => ({
      ...item,
      run: (event: KeyboardEvent) => latest.current[index]?.run(event),
    }));
    useShortcutRegistry.setState((state) => ({
      entries: [...state.entries, { token, list: stable }],
    }));
    return () =>
      useShortcutRegistry.setState((state) => ({
        entries: state.entries.filter((entry) => entry.token !== token),
      }));
  }, [shape]);
}

const EDITABLE = 'input, textarea, select, [contenteditable="true"], [role="textbox"]';

/** True when the key press belongs to a text field. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const field = target.closest(EDITABLE);
  if (field instanceof HTMLInputElement) return !['checkbox', 'radio'].includes(field.type);
  return field !== null;
}

/** The press as it is written in `Shortcut.keys`. */
export function pressOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const named = key === ' ' ? 'Space' : key;
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push('mod');
  if (event.altKey) parts.push('alt');
  // Shift is part of characters such as "?"; it counts only with letters and named keys.
  if (event.shiftKey && (named.length > 1 || /[a-z]/.test(named))) parts.push('shift');
  return [...parts, named].join('+');
}

const SEQUENCE_MS = 1200;

/** The one key listener of the app. Returns the function that removes it. */
export function listenForShortcuts(): () => void {
  let prefix: { keys: string; at: number } | undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.defaultPrevented || event.repeat) return;
    const { entries, singleKeys } = useShortcutRegistry.getState();
    const press = pressOf(event);
    const modified = press.startsWith('mod+') || press.startsWith('alt+');
    if (!modified && (!singleKeys || isTyping(event.target))) return;
    const dialogOpen = document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
    const live = prefix && Date.now() - prefix.at < SEQUENCE_MS ? `${prefix.keys} ${press}` : press;
    prefix = undefined;
    const usable = [...entries]
      .reverse()
      .flatMap(({ list }) => list)
      .filter((item) => item.always || !(dialogOpen || isTyping(event.target)));
    // The second key of "g l" must not act as the single key "l" of the open page.
    const found =
      usable.find((item) => item.keys === live) ?? usable.find((item) => item.keys === press);
    if (found) {
      event.preventDefault();
      found.run(event);
      return;
    }
    const starts = usable.some((item) => item.keys.startsWith(`${press} `));
    if (starts) prefix = { keys: press, at: Date.now() };
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}

const MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);
const NAMES: Record<string, string> = {
  mod: MAC ? '⌘' : 'Ctrl',
  shift: MAC ? '⇧' : 'Shift',
  alt: MAC ? '⌥' : 'Alt',
  Enter: '↵',
  Escape: 'Esc',
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** Key caps to show: "g l" → ["G", "L"], "mod+k" → ["Ctrl", "K"]. */
export function keyCaps(keys: string): string[] {
  return keys
    .split(/[ +]/)
    .filter(Boolean)
    .map((key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}
