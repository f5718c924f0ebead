import '@/app/i18n';
import { notifications } from '@mantine/notifications';
import { cleanup } from '@testing-library/react';
import { afterAll, afterEach, vi } from 'vitest';

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

// All files share one page: what a file leaves there, the next one must not find.
afterAll(() => {
  notifications.clean();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  localStorage.clear();
  sessionStorage.clear();
  for (const cookie of document.cookie.split('; ')) {
    for (const path of ['', ';path=/']) {
      // biome-ignore lint/suspicious/noDocumentCookie: the test page has no Cookie Store
      document.cookie = `${cookie.split('=')[0]}=${path};max-age=0`;
    }
  }
  document.body.replaceChildren();
});
