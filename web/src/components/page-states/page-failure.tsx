import { Button, Code } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/errors';
import { IconAlertTriangle } from '@/app/icons';
import { ErrorState, StatePanel, useReloadPage } from '.';

// A deploy removes old chunks; the browser then fails to import one.
const CHUNK = /dynamically imported module|importing a module script|preload CSS/i;

/** Last resort of the router: a page that failed to load or to render. */
export function PageFailure({ error: reason, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation('components');
  const reload = useReloadPage();
  const retry = () => {
    reset();
    reload();
  };
  if (reason instanceof ApiError) return <ErrorState error={reason} onRetry={retry} order={1} />;
  const message = reason instanceof Error ? reason.message : String(reason);
  const staleChunk = CHUNK.test(message);
  return (
    <StatePanel
      role="alert"
      icon={IconAlertTriangle}
      order={1}
      title={t(staleChunk ? 'states.chunkTitle' : 'states.crashTitle')}
      action={
        <Button variant="default" onClick={staleChunk ? () => location.reload() : retry}>
          {t(staleChunk ? 'states.reload' : 'states.retry')}
        </Button>
      }
    >
      {t(staleChunk ? 'states.chunkText' : 'states.crashText')}
      {!staleChunk && (
        <Code block mt="sm">
          {message}
        </Code>
      )}
    </StatePanel>
  );
}
