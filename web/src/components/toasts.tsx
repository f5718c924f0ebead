import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { toApiError } from '@/api/errors';
import { i18n } from '@/app/i18n';
import { IconAlertTriangle, IconCheck } from '@/app/icons';

const t = (key: string, values?: Record<string, unknown>) => i18n.t(`components:${key}`, values);

/** Short confirmation; goes away by itself. */
export function toastSuccess(message: string): void {
  notifications.show({ message, color: 'green', icon: <IconCheck size={16} />, autoClose: 4000 });
}

/** Short confirmation with a way to what was made; toasts lie outside the router, so no link of it works here. */
export function toastMade(message: string, label: string, show: () => unknown): void {
  const id = `made-${Date.now()}`;
  notifications.show({
    id,
    color: 'green',
    icon: <IconCheck size={16} />,
    autoClose: 8000,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            show();
          }}
        >
          {label}
        </Button>
      </Group>
    ),
  });
}

/** A failure; stays until closed and carries the request id for support. */
export function toastError(title: string, reason: unknown): void {
  const error = toApiError(reason);
  notifications.show({
    color: 'red',
    icon: <IconAlertTriangle size={16} />,
    autoClose: false,
    title,
    message: (
      <>
        {error.offline ? t('error.offline') : error.message}
        {error.requestId && (
          <Text size="xs" c="dimmed">
            {t('error.request', { id: error.requestId })}
          </Text>
        )}
      </>
    ),
  });
}

/** Something was done that can be taken back for a few seconds. */
export function toastUndo(message: string, undo: () => unknown): void {
  const id = `undo-${Date.now()}`;
  notifications.show({
    id,
    autoClose: 8000,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {t('undo')}
        </Button>
      </Group>
    ),
  });
}

export interface RunningToast {
  /** New words while it runs. */
  say: (message: string) => void;
  close: () => void;
}

/** Something that takes a while; stays until closed. */
export function toastRunning(message: string): RunningToast {
  const id = `run-${Date.now()}`;
  const shown = { id, loading: true, autoClose: false as const, withCloseButton: true };
  notifications.show({ ...shown, message });
  return {
    say: (next) => notifications.update({ ...shown, message: next }),
    close: () => notifications.hide(id),
  };
}

/** An optimistic change was refused and the old value is back on the screen. */
export function toastRolledBack(what: string, reason: unknown): void {
  toastError(t('rolledBack', { what }), reason);
}
