import { ActionIcon, Button, CopyButton, Menu, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { patchCached } from '@/api/optimistic';
import { invalidatePaths } from '@/api/query-client';
import { i18n } from '@/app/i18n';
import { IconCheck, IconDots, IconExternalLink, IconLink, IconTrash } from '@/app/icons';
import { askConfirm } from './confirm';
import { toastError, toastRolledBack, toastSuccess } from './toasts';

/** A record that can be switched on and off; `version` goes along as If-Match. */
interface Switched {
  id: string;
  version: number;
  active: boolean;
}

/** Switches a record below `list` on or off: shown at once, taken back if it fails. */
async function turn(list: string, item: Switched, title: string, active: boolean) {
  const undo = await patchCached(list, item.id, { active });
  try {
    await request('patch', `${list}/${item.id}`, { body: { active }, version: item.version });
  } catch (reason) {
    undo();
    toastRolledBack(title, reason);
  }
  await invalidatePaths(list);
}

interface ItemSwitchProps {
  /** Path of the list in the API; the record is at `{list}/{id}`. */
  list: string;
  item: Switched;
  title: string;
  /** What being on means, read out: "“Demo” can be booked". */
  label: string;
  /** Words beside the switch. */
  beside?: string;
  disabled?: boolean;
}

/** The switch of an item that can be on or off. */
export function ItemSwitch({ list, item, title, label, beside, disabled }: ItemSwitchProps) {
  return (
    <Switch
      label={beside}
      aria-label={label}
      checked={item.active}
      disabled={disabled ?? false}
      onChange={(event) => void turn(list, item, title, event.currentTarget.checked)}
    />
  );
}

/** Copies the address of something's public page. */
export function CopyLink({ link, title }: { link: string; title: string }) {
  const { t } = useTranslation('components');
  return (
    <CopyButton value={link}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          px="sm"
          leftSection={copied ? <IconCheck size={16} /> : <IconLink size={16} />}
          aria-label={t('item.copyLink', { title })}
          onClick={copy}
        >
          {t(copied ? 'item.copied' : 'item.link')}
        </Button>
      )}
    </CopyButton>
  );
}

interface EraseProps {
  /** Path of the list in the API; the record is at `{list}/{id}`. */
  list: string;
  item: { id: string; version?: number };
  title: string;
  /** What is asked before; names the object and what goes with it. */
  remove: { title: string; text: string };
  /** After it was deleted, before the list is read again. */
  onGone?: () => void;
}

/** Asks, then deletes a record; whoever changed it meanwhile is not overruled. */
export async function erase({ list, item, title, remove, onGone }: EraseProps): Promise<void> {
  const sure = await askConfirm({
    title: remove.title,
    message: remove.text,
    confirm: i18n.t('components:item.delete'),
  });
  if (!sure) return;
  try {
    await request('delete', `${list}/${item.id}`, { version: item.version });
    onGone?.();
    toastSuccess(i18n.t('components:item.deleted', { title }));
  } catch (reason) {
    toastError(i18n.t('components:item.notDeleted', { title }), reason);
  }
  await invalidatePaths(list);
}

interface ItemMenuProps extends EraseProps {
  /** Public page, opened in a new tab. */
  page?: { href: string; label: string };
  /** More entries, above "Delete". */
  children?: ReactNode;
}

/** The menu of an item: its public page and its end. */
export function ItemMenu({ page, children, ...item }: ItemMenuProps) {
  const { t } = useTranslation('components');
  const { title } = item;
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t('item.more', { title })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {page && (
          <Menu.Item
            component="a"
            href={page.href}
            target="_blank"
            rel="noopener"
            leftSection={<IconExternalLink size={16} />}
          >
            {page.label}
          </Menu.Item>
        )}
        {children}
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} />}
          onClick={() => void erase(item)}
        >
          {t('item.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
