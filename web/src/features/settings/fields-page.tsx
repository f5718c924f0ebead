import { Badge, Button, Group, SegmentedControl, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconForms, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastUndo } from '@/components/toasts';
import { FieldDialog } from './field-dialog';
import { moved } from './order';
import { type CustomField, customFieldsQuery } from './queries';
import { RowActions } from './row-actions';
import { FIELD_ENTITIES } from './search';
import classes from './settings.module.css';

const route = getRouteApi('/_app/settings/fields');
const STALE = ['/api/v1/custom-fields', '/api/v1/leads/fields'] as const;

function useChange() {
  const { t } = useTranslation('settings');
  return async (field: CustomField, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (reason) {
      toastError(t('notSavedNamed', { name: field.label }), reason);
    }
    await invalidatePaths(...STALE);
  };
}

interface FieldRowProps {
  field: CustomField;
  mayWrite: boolean;
  first: boolean;
  last: boolean;
  onMove: (step: -1 | 1) => void;
  onEdit: () => void;
}

function FieldRow({ field, mayWrite, first, last, onMove, onEdit }: FieldRowProps) {
  const { t } = useTranslation('settings');
  const change = useChange();
  const path = `/api/v1/custom-fields/${field.id}`;
  const restore = () => change(field, () => request('patch', path, { body: { archived: false } }));
  const archive = () =>
    change(field, async () => {
      await request('delete', path);
      toastUndo(t('fields.archived', { name: field.label }), restore);
    });
  const marks = [
    field.key,
    field.filterable && t('fields.isFilterable'),
    field.entity !== 'deal' &&
      field.kind !== 'secret' &&
      t(field.used_for_scoring ? 'fields.isScored' : 'fields.notScored'),
  ].filter(Boolean);
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {field.label}
          </Text>
          <Badge color="gray">{t(`fields.kind.${field.kind}`)}</Badge>
          {field.archived_at && <Badge color="yellow">{t('fields.isArchived')}</Badge>}
        </Group>
        <Text size="xs" c="dimmed">
          {marks.join(' · ')}
        </Text>
      </div>
      {mayWrite && field.archived_at && (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={t('fields.restoreNamed', { name: field.label })}
          onClick={() => void restore()}
        >
          {t('fields.restore')}
        </Button>
      )}
      {mayWrite && !field.archived_at && (
        <RowActions
          name={field.label}
          first={first}
          last={last}
          onMove={onMove}
          onEdit={onEdit}
          onDelete={() => void archive()}
        />
      )}
    </li>
  );
}

/** Fields of your own on leads, companies and deals. */
export function FieldsPage() {
  const { t } = useTranslation('settings');
  const { entity = 'lead', archived = false } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(customFieldsQuery(entity, archived));
  const mayWrite = useMay('fields:write');
  const change = useChange();
  const [edited, setEdited] = useState<CustomField | 'new'>();
  const move = async (index: number, step: -1 | 1) => {
    const field = data?.[index];
    if (!data || !field) return;
    await change(field, () =>
      Promise.all(
        moved(data, index, step).flatMap(({ id, position }, place) =>
          position === place
            ? []
            : [request('patch', `/api/v1/custom-fields/${id}`, { body: { position: place } })],
        ),
      ),
    );
  };
  const add = mayWrite && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
      {t('fields.new')}
    </Button>
  );
  return (
    <Page layout="form">
      <PageHeader title={t('fields.title')} description={t('fields.text')} actions={add} />
      <Group justify="space-between">
        <SegmentedControl
          aria-label={t('fields.of')}
          value={entity}
          data={FIELD_ENTITIES.map((value) => ({ value, label: t(`fields.entity.${value}`) }))}
          onChange={(value) =>
            void navigate({
              search: { entity: value === 'lead' ? undefined : (value as typeof entity) },
            })
          }
        />
        <Switch
          label={t('fields.showArchived')}
          checked={archived}
          onChange={({ currentTarget: { checked } }) =>
            void navigate({
              search: (old) => ({ ...old, archived: checked || undefined }),
              replace: true,
            })
          }
        />
      </Group>
      <SettingsCard title={t(`fields.entity.${entity}`)} description={t('fields.orderText')}>
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines />}
        {data?.length === 0 && (
          <EmptyState icon={IconForms} title={t('fields.empty')} compact>
            {t('fields.emptyText')}
          </EmptyState>
        )}
        <ul className={classes.rows}>
          {data?.map((field, index) => (
            <FieldRow
              key={field.id}
              field={field}
              mayWrite={mayWrite}
              first={index === 0}
              last={index === data.length - 1}
              onMove={(step) => void move(index, step)}
              onEdit={() => setEdited(field)}
            />
          ))}
        </ul>
      </SettingsCard>
      {edited && (
        <FieldDialog
          entity={entity}
          field={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}
