import {
  Badge,
  Button,
  Card,
  Group,
  Modal,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ApiForm } from '@/components/api-form';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { type Setup, setupsQuery } from './queries';
import classes from './scoring.module.css';
import { keyOf, TARGETS } from './setup-words';

function NewSetup({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('scoring');
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: '', target: 'qualified' as Setup['settings']['target'] },
    validate: { name: (value) => (value.trim() ? null : t('setups.nameMissing')) },
  });
  return (
    <Modal opened onClose={onClose} title={t('setups.new')}>
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          const key = keyOf(values.name);
          await request('post', '/api/v1/scoring/setups', { body: { ...values, key } });
          await invalidatePaths('/api/v1/scoring', '/api/v1/jobs');
          await navigate({ to: '/scoring/$setupId', params: { setupId: key } });
        }}
      >
        {({ submitting }) => (
          <>
            <Text size="sm">{t('setups.newText')}</Text>
            <TextInput
              label={t('setup.name')}
              maxLength={40}
              data-autofocus
              {...form.getInputProps('name')}
            />
            <Select
              label={t('setup.target')}
              allowDeselect={false}
              data={TARGETS.map((value) => ({ value, label: t(`target.${value}`) }))}
              {...form.getInputProps('target')}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={submitting}>
                {t('setups.create')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}

/** The scores the organisation keeps; the primary one is what lists show. */
export function SetupsCard() {
  const { t } = useTranslation('scoring');
  const { data, error, refetch } = useQuery(setupsQuery());
  const mayWrite = useMay('scoring:write');
  const [adding, setAdding] = useState(false);
  return (
    <Card component="section" aria-labelledby="scoring-setups">
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Title order={2} size="h3" id="scoring-setups">
              {t('setups.title')}
            </Title>
            <Text size="xs" c="dimmed">
              {t('setups.text')}
            </Text>
          </div>
          {mayWrite && (
            <Button
              variant="default"
              size="compact-sm"
              flex="none"
              leftSection={<IconPlus size={14} />}
              onClick={() => setAdding(true)}
            >
              {t('setups.add')}
            </Button>
          )}
        </Group>
        {error && !data ? (
          <ErrorState error={error} compact onRetry={() => void refetch()} />
        ) : null}
        {!data && !error && <LoadingLines lines={2} />}
        <ul className={classes.rows}>
          {data?.items.map((setup) => (
            <li key={setup.key} className={classes.row}>
              <div className={classes.main}>
                <LinkAnchor
                  to="/scoring/$setupId"
                  params={{ setupId: setup.key } as never}
                  fw={500}
                  size="sm"
                >
                  {setup.settings.name}
                </LinkAnchor>
                <Text size="xs" c="dimmed">
                  {t('setups.line', {
                    target: t(`target.${setup.settings.target ?? 'converted'}`),
                    mode: t(`mode.${setup.settings.mode ?? 'model'}`),
                  })}
                </Text>
              </div>
              {setup.is_primary && <Badge color="blue">{t('setups.primary')}</Badge>}
            </li>
          ))}
        </ul>
      </Stack>
      {adding && <NewSetup onClose={() => setAdding(false)} />}
    </Card>
  );
}
