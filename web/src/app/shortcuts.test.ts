import { renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  isTyping,
  keyCaps,
  listenForShortcuts,
  pressOf,
  useShortcutRegistry,
  useShortcuts,
} from './shortcuts';

const key = (value: string, init: KeyboardEventInit = {}) =>
  new KeyboardEvent('keydown', { key: value, bubbles: true, cancelable: true, ...init });

const press = (value: string, target: EventTarget = window, init: KeyboardEventInit = {}) =>
  target.dispatchEvent(key(value, init));

const shortcut = (keys: string, run: () => void, always = false) => ({
  keys,
  label: keys,
  group: 'Test',
  run,
  always,
});

describe('pressOf', () => {
  it('writes presses as they are declared', () => {
    expect(pressOf(key('K', { ctrlKey: true }))).toBe('mod+k');
    expect(pressOf(key('?', { shiftKey: true }))).toBe('?');
    expect(pressOf(key('J', { shiftKey: true }))).toBe('shift+j');
    expect(pressOf(key('ArrowDown', { shiftKey: true }))).toBe('shift+ArrowDown');
    expect(pressOf(key(' '))).toBe('Space');
  });
});

describe('keyCaps', () => {
  it('splits chords and sequences', () => {
    expect(keyCaps('g l')).toEqual(['G', 'L']);
    expect(keyCaps('mod+k')).toEqual(['Ctrl', 'K']);
  });
});

describe('the listener', () => {
  let stop: () => void;
  beforeEach(() => {
    useShortcutRegistry.setState({ entries: [], singleKeys: true, sheetOpen: false });
    stop = listenForShortcuts();
  });
  afterEach(() => {
    stop();
    document.body.innerHTML = '';
  });

  it('runs the newest of equal shortcuts, and the older one after it has gone', () => {
    const [older, newer] = [vi.fn(), vi.fn()];
    renderHook(() => useShortcuts([shortcut('x', older)]));
    const second = renderHook(() => useShortcuts([shortcut('x', newer)]));
    press('x');
    expect([older.mock.calls.length, newer.mock.calls.length]).toEqual([0, 1]);
    second.unmount();
    press('x');
    expect(older).toHaveBeenCalledOnce();
  });

  it('runs sequences', () => {
    const run = vi.fn();
    renderHook(() => useShortcuts([shortcut('g l', run)]));
    press('l');
    expect(run).not.toHaveBeenCalled();
    press('g');
    press('l');
    expect(run).toHaveBeenCalledOnce();
  });

  it('prefers a sequence to the single key at its end, even of a newer page', () => {
    const [go, single] = [vi.fn(), vi.fn()];
    renderHook(() => useShortcuts([shortcut('g l', go)]));
    renderHook(() => useShortcuts([shortcut('l', single)]));
    press('g');
    press('l');
    expect(go).toHaveBeenCalledOnce();
    expect(single).not.toHaveBeenCalled();
    press('l');
    expect(single).toHaveBeenCalledOnce();
  });

  it('leaves text fields alone, but not checkboxes', () => {
    document.body.innerHTML = '<input id="text"><input id="check" type="checkbox">';
    const [single, palette] = [vi.fn(), vi.fn()];
    renderHook(() => useShortcuts([shortcut('x', single), shortcut('mod+k', palette, true)]));
    const text = document.getElementById('text') as HTMLElement;
    press('x', text);
    press('k', text, { ctrlKey: true });
    expect(single).not.toHaveBeenCalled();
    expect(palette).toHaveBeenCalledOnce();
    press('x', document.getElementById('check') as HTMLElement);
    expect(single).toHaveBeenCalledOnce();
    expect(isTyping(text)).toBe(true);
  });

  it('is quiet behind a dialog, in composition, and when single keys are off', () => {
    const run = vi.fn();
    renderHook(() => useShortcuts([shortcut('x', run)]));
    press('x', window, { isComposing: true });
    useShortcutRegistry.setState({ singleKeys: false });
    press('x');
    useShortcutRegistry.setState({ singleKeys: true });
    document.body.innerHTML = '<div role="dialog" aria-modal="true"></div>';
    press('x');
    expect(run).not.toHaveBeenCalled();
  });
});
