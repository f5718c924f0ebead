import { Badge, Button, Group, Select, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconWorld } from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { FormDialog } from '@/components/form-dialog';
import { EmptyState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { RowActions } from '../row-actions';
import classes from '../settings.module.css';
import { DomainProofDialog } from './domain-proof-dialog';
import { changeSso, type Domain, type Overview } from './queries';

function ClaimDialog({
  onClose,
  onClaimed,
}: {
  onClose: () => void;
  onClaimed: (domain: Domain) => void;
}) {
  const { t } = useTranslation('settings/sso');
  const form = useForm({
    initialValues: { domain: '' },
    validate: { domain: (value) => (value.trim() ? null : t('form.needed')) },
  });
  return (
    <FormDialog
      title={t('domain.add')}
      form={form}
      submit={t('domain.next')}
      onClose={onClose}
      onSubmit={async (body) => onClaimed(await changeSso<Domain>('post', '/domains', body))}
    >
      <TextInput
        label={t('domain.name')}
        description={t('domain.nameText')}
        placeholder="example.com"
        data-autofocus
        required
        {...form.getInputProps('domain')}
      />
    </FormDialog>
  );
}

interface DomainRowProps {
  domain: Domain;
  overview: Overview;
  onProve: () => void;
}

function DomainRow({ domain, overview, onProve }: DomainRowProps) {
  const { t } = useTranslation('settings/sso');
  const name = domain.domain;
  const [busy, setBusy] = useState(false);
  const change = async (body: object) => {
    setBusy(true);
    try {
      await changeSso('patch', `/domains/${domain.id}`, body);
      toastSuccess(t('saved', { name }));
    } catch (reason) {
      toastError(t('notChanged', { name }), reason);
    }
    setBusy(false);
  };
  const require = async (required: boolean) => {
    const sure =
      !required ||
      (await askConfirm({
        title: t('domain.requireTitle', { name }),
        message: t('domain.requireText', { name }),
        confirm: t('domain.require'),
      }));
    if (sure) await change({ required });
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('domain.removeTitle', { name }),
      message: t('domain.removeText', { name }),
      confirm: t('remove'),
    });
    if (!sure) return;
    try {
      await changeSso('delete', `/domains/${domain.id}`);
      toastSuccess(t('removed', { name }));
    } catch (reason) {
      toastError(t('notRemoved', { name }), reason);
    }
  };
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Group gap="xs">
          <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Badge color={domain.proof ? 'green' : 'yellow'}>
            {t(`domain.proof.${domain.proof ?? 'none'}`)}
          </Badge>
        </Group>
        {domain.proof && (
          <Switch
            mt="xs"
            size="sm"
            label={t('domain.required')}
            aria-label={t('domain.requiredNamed', { name })}
            checked={domain.required}
            disabled={busy}
            onChange={(event) => void require(event.currentTarget.checked)}
          />
        )}
      </div>
      {overview.connections.length > 1 && (
        <Select
          aria-label={t('domain.through', { name })}
          placeholder={t('domain.firstOne')}
          w={180}
          data={overview.connections.map((one) => ({ value: one.id, label: one.name }))}
          value={domain.connection_id}
          allowDeselect={false}
          onChange={(connection_id) => connection_id && void change({ connection_id })}
        />
      )}
      {domain.proof !== 'dns' && (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={t('domain.proveNamed', { name })}
          onClick={onProve}
        >
          {t('domain.prove')}
        </Button>
      )}
      <RowActions name={name} onDelete={() => void remove()} />
    </li>
  );
}

/** Whose addresses lead to our providers. */
export function DomainsCard({ overview }: { overview: Overview }) {
  const { t } = useTranslation('settings/sso');
  const [claiming, setClaiming] = useState(false);
  const [proving, setProving] = useState<Domain>();
  return (
    <SettingsCard
      title={t('domain.title')}
      description={t('domain.text')}
      action={
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          onClick={() => setClaiming(true)}
        >
          {t('domain.add')}
        </Button>
      }
    >
      {overview.domains.length === 0 && (
        <EmptyState icon={IconWorld} title={t('domain.empty')} compact>
          {t('domain.emptyText')}
        </EmptyState>
      )}
      <ul className={classes.rows}>
        {overview.domains.map((domain) => (
          <DomainRow
            key={domain.id}
            domain={domain}
            overview={overview}
            onProve={() => setProving(domain)}
          />
        ))}
      </ul>
      {claiming && (
        <ClaimDialog
          onClose={() => setClaiming(false)}
          onClaimed={(domain) => {
            setClaiming(false);
            setProving(domain);
          }}
        />
      )}
      {proving && <DomainProofDialog domain={proving} onClose={() => setProving(undefined)} />}
    </SettingsCard>
  );
}
