import {
  Badge,
  Button,
  Group,
  Menu,
  Modal,
  Switch,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconChevronDown } from '@/app/icons';
import { usePreference } from '@/app/preferences';
import { useMe } from '@/app/session';
import { ApiForm } from '@/components/api-form';
import { askConfirm } from '@/components/confirm';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './leads.module.css';
import { viewsQuery } from './queries';
import type { LeadsSearch } from './search';
import { builtInViews, isEdited, openView, PINNED_VIEWS, stateOf, type View } from './views';

interface ViewTabsProps {
  search: LeadsSearch;
  /** Ids of the shown columns, kept with a view. */
  columns: string[];
  onOpen: (search: LeadsSearch, columns: string[] | null | undefined) => void;
}

/** Built-in and saved views; changes to a view are marked and saved only when asked. */
export function ViewTabs({ search, columns, onOpen }: ViewTabsProps) {
  const { t } = useTranslation('leads');
  const me = useMe();
  const saved = useQuery(viewsQuery()).data ?? [];
  const [naming, setNaming] = useState(false);
  const views: View[] = [...builtInViews(me.user.id, (key) => t(`view.${key}`)), ...saved];
  const current = views.find((view) => view.id === (search.view ?? 'all')) ?? views[0];
  const own = saved.find((view) => view.id === current?.id);
  const state = stateOf(search, columns);
  const edited = current !== undefined && !search.segment_id && isEdited(current, state);
  const open = (view: View) => onOpen(openView(view), view.state.columns);
  const save = async () => {
    if (!own) return;
    try {
      await request('patch', `/api/v1/views/${own.id}`, {
        body: { state: { ...state, filter: state.filter ?? null } },
        version: own.version,
      });
      toastSuccess(t('view.saved', { name: own.name }));
    } catch (reason) {
      toastError(t('view.notSaved'), reason);
    }
    await invalidatePaths('/api/v1/views');
  };
  const [pinned, setPinned] = usePreference<string[]>(PINNED_VIEWS, []);
  const isPinned = own !== undefined && pinned.includes(own.id);
  const pin = (id: string) =>
    setPinned(
      isPinned
        ? pinned.filter((other) => other !== id)
        : // What was deleted meanwhile is forgotten here.
          [...pinned.filter((other) => saved.some((view) => view.id === other)), id],
    );
  const remove = async () => {
    if (!own) return;
    const sure = await askConfirm({
      title: t('view.delete'),
      message: t('view.deleteText', { name: own.name }),
      confirm: t('view.delete'),
    });
    if (!sure) return;
    try {
      await request('delete', `/api/v1/views/${own.id}`);
      onOpen({}, undefined);
    } catch (reason) {
      toastError(t('view.notDeleted'), reason);
    }
    await invalidatePaths('/api/v1/views');
  };
  return (
    <Group gap={4} className={classes.views} role="group" aria-label={t('view.title')}>
      {views.map((view) => (
        <UnstyledButton
          key={view.id}
          className={classes.view}
          aria-current={view.id === current?.id ? 'true' : undefined}
          onClick={() => open(view)}
        >
          {view.name}
        </UnstyledButton>
      ))}
      {(edited || own) && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="subtle" size="xs" rightSection={<IconChevronDown size={14} />}>
              {edited ? <Badge color="yellow">{t('view.edited')}</Badge> : t('view.options')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {edited && own?.editable !== false && own && (
              <Menu.Item onClick={() => void save()}>{t('view.save')}</Menu.Item>
            )}
            <Menu.Item onClick={() => setNaming(true)}>{t('view.saveAs')}</Menu.Item>
            {edited && current && (
              <Menu.Item onClick={() => open(current)}>{t('view.reset')}</Menu.Item>
            )}
            {own && (
              <Menu.Item onClick={() => pin(own.id)}>
                {t(isPinned ? 'view.unpin' : 'view.pin')}
              </Menu.Item>
            )}
            {own && own.editable !== false && (
              <Menu.Item color="red" onClick={() => void remove()}>
                {t('view.delete')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      <SaveView
        opened={naming}
        onClose={() => setNaming(false)}
        state={{ ...state, filter: (state.filter ?? null) as Schema<'ViewState'>['filter'] }}
        onSaved={(view) => onOpen(openView(view), view.state.columns)}
      />
    </Group>
  );
}

function SaveView({
  opened,
  onClose,
  state,
  onSaved,
}: {
  opened: boolean;
  onClose: () => void;
  state: object;
  onSaved: (view: View) => void;
}) {
  const { t } = useTranslation('leads');
  const form = useForm({ initialValues: { name: '', shared: false } });
  return (
    <Modal opened={opened} onClose={onClose} title={t('view.saveAs')}>
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          const view = await request<Schema<'ViewRead'>>('post', '/api/v1/views', {
            body: { ...values, entity: 'lead', state },
          });
          await invalidatePaths('/api/v1/views');
          form.reset();
          onClose();
          onSaved(view);
        }}
      >
        {({ submitting }) => (
          <>
            <TextInput
              label={t('view.name')}
              required
              maxLength={80}
              data-autofocus
              {...form.getInputProps('name')}
            />
            <Switch
              label={t('view.shared')}
              {...form.getInputProps('shared', { type: 'checkbox' })}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={submitting}>
                {t('view.save')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}
