import { Badge, Box, Button, Group, Menu, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { IconPlus, IconShieldLock } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { FormDialog } from '@/components/form-dialog';
import { ItemMenu } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { SettingsList } from '@/components/settings-list';
import { toastError, toastSuccess } from '@/components/toasts';
import { CopyLine } from './copy-line';
import classes from './email.module.css';
import { DOMAINS, type Domain, domainsQuery } from './queries';

const COLOURS = {
  ok: 'green',
  warning: 'yellow',
  wrong: 'red',
  missing: 'orange',
  unknown: 'gray',
} as const;

function Check({ check }: { check: Domain['checks'][number] }) {
  const { t } = useTranslation('email');
  const { state, wanted } = check;
  return (
    <Stack gap={6} className={classes.check}>
      <Group gap="xs">
        <Badge variant="light" color={COLOURS[state]}>
          {t(`check.${state}`)}
        </Badge>
        <Text size="sm" fw={600}>
          {t(`record.${check.name}`)}
        </Text>
        <Text size="sm" className={classes.words}>
          {check.text}
        </Text>
      </Group>
      {state !== 'ok' && wanted && (
        <>
          <CopyLine label={t('domain.host', { type: check.type })} text={check.host} />
          <CopyLine label={t('domain.wanted')} text={wanted} />
          {check.found && (
            <Text size="xs" c="dimmed" className={classes.words}>
              {t('domain.found', { text: check.found })}
            </Text>
          )}
        </>
      )}
    </Stack>
  );
}

function DomainRow({ domain }: { domain: Domain }) {
  const { t } = useTranslation('email');
  const mayWrite = useMay('email:write');
  const [busy, setBusy] = useState(false);
  const name = domain.domain;
  const ask = async (what: 'checks' | 'keys', done: string) => {
    setBusy(true);
    try {
      await request('post', `${DOMAINS}/${domain.id}/${what}`);
      toastSuccess(done);
    } catch (reason) {
      toastError(t('domain.failed', { name }), reason);
    }
    setBusy(false);
    await invalidatePaths(DOMAINS);
  };
  const renew = async () => {
    const sure = await askConfirm({
      title: t('domain.renewTitle', { name }),
      message: t('domain.renewText'),
      confirm: t('domain.renew'),
    });
    if (sure) await ask('keys', t('domain.renewed', { name }));
  };
  return (
    <ItemCard
      title={name}
      badges={
        <Badge
          variant="light"
          color={domain.aligned ? 'green' : domain.checked_at ? 'orange' : 'gray'}
        >
          {t(
            domain.aligned
              ? 'domain.aligned'
              : domain.checked_at
                ? 'domain.open'
                : 'domain.unchecked',
          )}
        </Badge>
      }
      facts={[
        domain.checked_at && t('domain.checkedAt', { when: formatDateTime(domain.checked_at) }),
      ].map((fact) => fact ?? undefined)}
      actions={
        mayWrite && (
          <>
            <Button
              variant="default"
              px="sm"
              loading={busy}
              aria-label={t('domain.checkNamed', { name })}
              onClick={() => void ask('checks', t('domain.checked', { name }))}
            >
              {t('domain.check')}
            </Button>
            <ItemMenu
              list={DOMAINS}
              item={domain}
              title={name}
              remove={{ title: t('domain.removeTitle', { name }), text: t('domain.removeText') }}
            >
              <Menu.Item onClick={() => void renew()}>{t('domain.renew')}</Menu.Item>
            </ItemMenu>
          </>
        )
      }
    >
      {domain.checks.length > 0 ? (
        <Box mt={8}>
          {domain.checks.map((check) => (
            <Check key={`${check.name} ${check.host}`} check={check} />
          ))}
        </Box>
      ) : (
        <Stack gap={6} mt={8}>
          <CopyLine label={t('domain.host', { type: 'TXT' })} text={domain.dkim_host} />
          <CopyLine label={t('domain.dkim')} text={domain.dkim_record} />
        </Stack>
      )}
    </ItemCard>
  );
}

function DomainDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('email');
  const form = useForm({
    initialValues: { domain: '' },
    validate: { domain: (value) => (value.includes('.') ? null : t('domain.missing')) },
  });
  return (
    <FormDialog
      title={t('domain.add')}
      form={form}
      submit={t('domain.add')}
      onClose={onClose}
      onSubmit={async (body) => {
        const { domain } = await request<Domain>('post', DOMAINS, { body });
        await invalidatePaths(DOMAINS);
        toastSuccess(t('domain.added', { name: domain }));
        onClose();
      }}
    >
      <TextInput
        label={t('domain.name')}
        description={t('domain.nameHint')}
        required
        data-autofocus
        maxLength={253}
        placeholder="news.example.com"
        {...form.getInputProps('domain')}
      />
    </FormDialog>
  );
}

/** Domains that mails come from: the records to copy, and what DNS says. */
export function DomainsCard() {
  const { t } = useTranslation('email');
  const mayWrite = useMay('email:write');
  const [adding, setAdding] = useState(false);
  return (
    <SettingsList
      title={t('domains')}
      description={t('domainsText')}
      query={useQuery(domainsQuery())}
      add={
        mayWrite && (
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => setAdding(true)}
          >
            {t('domain.add')}
          </Button>
        )
      }
      empty={{ icon: IconShieldLock, title: t('domain.empty'), text: t('domain.emptyText') }}
      row={(domain) => <DomainRow key={domain.id} domain={domain} />}
    >
      {adding && <DomainDialog onClose={() => setAdding(false)} />}
    </SettingsList>
  );
}
