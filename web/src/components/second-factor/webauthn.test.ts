import { describe, expect, it } from 'vitest';
import { toBytes, toText, wasCancelled } from './webauthn';

describe('base64url', () => {
  it.each([[[]], [[0]], [[251, 255, 254]], [[1, 2, 3, 4, 5]]])('keeps %j', (bytes) => {
    const text = toText(Uint8Array.from(bytes).buffer);
    expect(text).not.toMatch(/[+/=]/);
    expect([...toBytes(text)]).toEqual(bytes);
  });
});

describe('wasCancelled', () => {
  it('knows the window that was closed from a failure', () => {
    expect(wasCancelled(new DOMException('', 'NotAllowedError'))).toBe(true);
    expect(wasCancelled(new DOMException('', 'InvalidStateError'))).toBe(false);
    expect(wasCancelled(new Error('x'))).toBe(false);
  });
});
