import {
  Divider,
  PasswordInput,
  SegmentedControl,
  Select,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/errors';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { rolesQuery } from '../queries';
import { bodyOf, type FormValues, valuesOf } from './form';
import { type Connection, changeSso } from './queries';
import { RoleRules } from './role-rules';

interface ConnectionDialogProps {
  /** Undefined for a new one. */
  connection: Connection | undefined;
  onClose: () => void;
  onCreated: (connection: Connection) => void;
}

/** The server names fields by their place in the body (`oidc.issuer`), the form is flat. */
function flattened(reason: unknown): unknown {
  if (!(reason instanceof ApiError)) return reason;
  const entries = Object.entries(reason.fields);
  for (const [path, message] of entries) {
    const flat = path.replace(/^(oidc|saml)\./, '').replace(/^certificates$/, 'metadata_xml');
    if (flat !== path) {
      delete reason.fields[path];
      reason.fields[flat] = message;
    }
  }
  return reason;
}

/** What the provider is, and what becomes of the people it vouches for. */
export function ConnectionDialog({ connection, onClose, onCreated }: ConnectionDialogProps) {
  const { t } = useTranslation('settings/sso');
  const roles =
    useQuery(rolesQuery()).data?.roles.map(({ key, label }) => ({ value: key, label })) ?? [];
  const needed = (value: string) => (value.trim() ? null : t('form.needed'));
  const form = useForm<FormValues>({
    initialValues: valuesOf(connection),
    validate: {
      name: needed,
      issuer: (value, { kind }) => (kind === 'oidc' ? needed(value) : null),
      client_id: (value, { kind }) => (kind === 'oidc' ? needed(value) : null),
      role_rules: { group: needed },
    },
  });
  const { kind, source } = form.values;
  const save = async (values: FormValues) => {
    const path = connection ? `/connections/${connection.id}` : '/connections';
    try {
      const saved = await changeSso<Connection>(
        connection ? 'patch' : 'post',
        path,
        bodyOf(values, connection),
      );
      toastSuccess(t('saved', { name: saved.name }));
      onClose();
      if (!connection) onCreated(saved);
    } catch (reason) {
      throw flattened(reason);
    }
  };
  return (
    <FormDialog
      title={connection ? t('form.editTitle', { name: connection.name }) : t('form.newTitle')}
      size="lg"
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={save}
    >
      {!connection && (
        <SegmentedControl
          fullWidth
          aria-label={t('form.kind')}
          data={[
            { value: 'oidc', label: t('form.oidc') },
            { value: 'saml', label: t('form.saml') },
          ]}
          {...form.getInputProps('kind')}
        />
      )}
      <TextInput
        label={t('form.name')}
        description={t('form.nameText')}
        data-autofocus
        required
        maxLength={120}
        {...form.getInputProps('name')}
      />
      {kind === 'oidc' ? (
        <>
          <TextInput
            label={t('form.issuer')}
            description={t('form.issuerText')}
            placeholder="https://login.example.com"
            required
            {...form.getInputProps('issuer')}
          />
          <TextInput label={t('form.clientId')} required {...form.getInputProps('client_id')} />
          <PasswordInput
            label={t('form.clientSecret')}
            description={t(connection?.oidc?.has_secret ? 'form.secretKept' : 'form.secretText')}
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': t('form.showSecret') }}
            {...form.getInputProps('client_secret')}
          />
          <TextInput label={t('form.scopes')} {...form.getInputProps('scopes')} />
          <TextInput
            label={t('form.groupsClaim')}
            description={t('form.groupsClaimText')}
            {...form.getInputProps('groups_claim')}
          />
        </>
      ) : (
        <>
          <SegmentedControl
            fullWidth
            aria-label={t('form.source')}
            data={[
              { value: 'url', label: t('form.byAddress') },
              { value: 'xml', label: t('form.byText') },
            ]}
            {...form.getInputProps('source')}
          />
          {source === 'url' ? (
            <TextInput
              label={t('form.metadataUrl')}
              description={t('form.metadataUrlText')}
              {...form.getInputProps('metadata_url')}
            />
          ) : (
            <Textarea
              label={t('form.metadataXml')}
              description={t(connection ? 'form.metadataKept' : 'form.metadataXmlText')}
              autosize
              minRows={4}
              maxRows={10}
              {...form.getInputProps('metadata_xml')}
            />
          )}
          <TextInput
            label={t('form.emailAttribute')}
            description={t('form.attributeText')}
            {...form.getInputProps('email_attribute')}
          />
          <TextInput label={t('form.nameAttribute')} {...form.getInputProps('name_attribute')} />
          <TextInput
            label={t('form.groupsAttribute')}
            {...form.getInputProps('groups_attribute')}
          />
          <Switch
            label={t('form.signs')}
            description={t('form.signsText')}
            {...form.getInputProps('signs_requests', { type: 'checkbox' })}
          />
          {connection?.saml && (
            <Switch
              label={t('form.newKey')}
              description={t('form.newKeyText')}
              {...form.getInputProps('new_key', { type: 'checkbox' })}
            />
          )}
        </>
      )}
      <Switch
        label={t('form.signsOut')}
        description={t('form.signsOutText')}
        {...form.getInputProps('signs_out', { type: 'checkbox' })}
      />
      <Divider label={t('form.people')} labelPosition="left" />
      <Switch
        label={t('form.creates')}
        description={t('form.createsText')}
        {...form.getInputProps('creates_users', { type: 'checkbox' })}
      />
      <Select
        label={t('form.defaultRole')}
        data={roles}
        allowDeselect={false}
        {...form.getInputProps('default_role')}
      />
      <RoleRules form={form} roles={roles} />
    </FormDialog>
  );
}
