import { Badge, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMe } from '@/app/session';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { byArea, compared, type Permission, type Role, toggled } from './roles';
import classes from './settings.module.css';

const VISIBILITIES = ['all', 'team', 'own'] as const;

interface RoleDialogProps {
  matrix: Schema<'RoleMatrix'>;
  /** The role to change; undefined for a new one. */
  role: Role | undefined;
  /** What a new role starts from. */
  template: Role | undefined;
  onClose: () => void;
}

interface AreaProps {
  area: string;
  permissions: Permission[];
  held: string[];
  other: string[];
  onToggle: (key: string, on: boolean) => void;
}

/** One area of the matrix: its permissions as boxes, with what differs from the role compared with. */
function Area({ area, permissions, held, other, onToggle }: AreaProps) {
  const { t } = useTranslation('settings');
  const me = useMe();
  return (
    <fieldset className={classes.area}>
      <legend>{t(`roles.areas.${area}`, { defaultValue: area.replaceAll('_', ' ') })}</legend>
      {permissions.map(({ key, description }) => {
        const on = held.includes(key);
        const differs = on !== other.includes(key);
        return (
          <Checkbox
            key={key}
            checked={on}
            disabled={!on && !me.permissions.includes(key)}
            label={
              <>
                {description}
                {differs && (
                  <Badge ml="xs" size="xs" color={on ? 'teal' : 'orange'}>
                    {t(on ? 'roles.more' : 'roles.less')}
                  </Badge>
                )}
              </>
            }
            description={me.permissions.includes(key) ? key : t('roles.notHeld', { key })}
            onChange={(event) => onToggle(key, event.currentTarget.checked)}
          />
        );
      })}
    </fieldset>
  );
}

/** Make a role of one's own, or change one. */
export function RoleDialog({ matrix, role, template, onClose }: RoleDialogProps) {
  const { t } = useTranslation('settings');
  const me = useMe();
  const start = role ?? template;
  const builtIn = matrix.roles.filter((one) => one.built_in);
  const form = useForm({
    initialValues: {
      name: role?.label ?? (template ? t('roles.copyName', { name: template.label }) : ''),
      description: start?.description ?? '',
      lead_visibility: (start?.lead_visibility ?? 'all') as Role['lead_visibility'],
      permissions: (start?.permissions ?? []).filter(
        (key) => role !== undefined || me.permissions.includes(key),
      ),
      compare: (template?.built_in ? template.key : 'creator') as string | null,
    },
    validate: { name: (value) => (value.trim() ? null : t('roles.nameMissing')) },
  });
  const held = form.values.permissions;
  const other = builtIn.find((one) => one.key === form.values.compare)?.permissions;
  const difference = other && compared(held, other);
  return (
    <FormDialog
      title={role ? t('roles.editTitle', { name: role.label }) : t('roles.new')}
      size="xl"
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async ({ compare: _, ...body }) => {
        if (role) {
          await request('patch', `/api/v1/roles/${role.id}`, {
            body,
            version: role.version ?? 1,
          });
        } else await request('post', '/api/v1/roles', { body });
        await invalidatePaths('/api/v1/roles', '/api/v1/me');
        toastSuccess(t('savedNamed', { name: body.name }));
        onClose();
      }}
    >
      <TextInput
        label={t('roles.name')}
        required
        data-autofocus
        maxLength={120}
        {...form.getInputProps('name')}
      />
      <TextInput
        label={t('roles.description')}
        maxLength={200}
        {...form.getInputProps('description')}
      />
      <Select
        label={t('roles.visibility')}
        description={t('roles.visibilityText')}
        allowDeselect={false}
        data={VISIBILITIES.map((value) => ({ value, label: t(`roles.sees.${value}`) }))}
        {...form.getInputProps('lead_visibility')}
      />
      <Group align="end" justify="space-between">
        <Select
          label={t('roles.compare')}
          data={builtIn.map(({ key, label }) => ({ value: key, label }))}
          clearable
          {...form.getInputProps('compare')}
        />
        {difference && (
          <Text size="sm" c="dimmed" role="status">
            {t('roles.difference', {
              more: difference.more.length,
              less: difference.less.length,
            })}
          </Text>
        )}
      </Group>
      <Stack gap="md">
        {byArea(matrix.permissions).map(([area, permissions]) => (
          <Area
            key={area}
            area={area}
            permissions={permissions}
            held={held}
            other={other ?? held}
            onToggle={(key, on) =>
              form.setFieldValue('permissions', toggled(held, key, on, matrix.permissions))
            }
          />
        ))}
      </Stack>
      {form.errors.permissions && (
        <Text size="sm" c="red" role="alert">
          {form.errors.permissions}
        </Text>
      )}
    </FormDialog>
  );
}
