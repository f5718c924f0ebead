import '@/app/i18n';
import { cleanup } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// The kit asks for these; the test page has no layout.
window.matchMedia ??= vi.fn().mockImplementation((query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  addListener: () => undefined,
  removeListener: () => undefined,
}));

afterEach(cleanup);
