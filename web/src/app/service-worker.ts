import { notifications } from '@mantine/notifications';
import { createElement } from 'react';
import { i18n } from './i18n';
import { ReloadButton } from './reload-button';

/** Installs the offline shell and offers a reload when a new version waits; never reloads by itself. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  let reloading = false;
  const offer = (worker: ServiceWorker) => {
    notifications.show({
      id: 'new-version',
      autoClose: false,
      title: i18n.t('app:version.title'),
      message: createElement(ReloadButton, {
        label: i18n.t('app:version.reload'),
        onReload: () => {
          reloading = true;
          worker.postMessage('skip-waiting');
        },
      }),
    });
  };
  window.addEventListener('load', async () => {
    serviceWorker.addEventListener('controllerchange', () => {
      if (reloading) location.reload();
    });
    try {
      const registration = await serviceWorker.register('/sw.js');
      if (registration.waiting && serviceWorker.controller) offer(registration.waiting);
      registration.addEventListener('updatefound', () => {
        const worker = registration.installing;
        worker?.addEventListener('statechange', () => {
          if (worker.state === 'installed' && serviceWorker.controller) offer(worker);
        });
      });
      const ready = await serviceWorker.ready;
      // The first paint comes first; the other pages' code is fetched when the line is idle.
      setTimeout(() => ready.active?.postMessage('precache'), 5000);
    } catch {
      // Blocked storage or an insecure origin: the app works without offline support.
    }
  });
}
