import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/kit-fixes.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { queryClient } from './api/query-client';
import { onEnrolmentNeeded, onProofNeeded, onSessionLost } from './api/transport';
import { i18n } from './app/i18n';
import { Kit } from './app/kit';
import { router } from './app/router';
import { registerServiceWorker } from './app/service-worker';

onSessionLost(() => {
  const { href, pathname } = router.state.location;
  queryClient.clear();
  if (pathname === '/login') return; // a page asks for many things at once, and each answer says so
  void router.navigate({ to: '/login', search: href === '/' ? {} : { next: href } });
});

onProofNeeded(async (methods) => {
  const { askStepUp } = await import('./components/second-factor/step-up-dialog');
  return askStepUp(methods);
});

onEnrolmentNeeded(() => {
  void router.navigate({ to: '/secure-account', replace: true });
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <I18nextProvider i18n={i18n}>
      <QueryClientProvider client={queryClient}>
        <Kit>
          <RouterProvider router={router} />
        </Kit>
      </QueryClientProvider>
    </I18nextProvider>
  </StrictMode>,
);
registerServiceWorker();
