import { Button, Code, CopyButton, Group, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { FormDialog } from '@/components/form-dialog';
import { SettingsCard } from '@/components/settings-card';
import { toastSuccess } from '@/components/toasts';
import { SOURCES, type Source } from './queries';
import classes from './sources.module.css';

const GRACES = ['0', '24', '168', '720'];

function RotateDialog({ source, onClose }: { source: Source; onClose: () => void }) {
  const { t } = useTranslation('sources');
  const form = useForm({ initialValues: { grace_hours: '168' } });
  return (
    <FormDialog
      title={t('key.rotateTitle')}
      form={form}
      submit={t('key.rotate')}
      onClose={onClose}
      onSubmit={async ({ grace_hours }) => {
        await request('post', `${SOURCES}/${source.id}/key-rotations`, {
          body: { grace_hours: Number(grace_hours) },
        });
        await invalidatePaths(SOURCES);
        toastSuccess(t('key.rotated'));
        onClose();
      }}
    >
      <Text size="sm">{t('key.rotateText')}</Text>
      <Select
        label={t('key.grace')}
        allowDeselect={false}
        data={GRACES.map((value) => ({ value, label: t(`key.hours.${value}`) }))}
        {...form.getInputProps('grace_hours')}
      />
    </FormDialog>
  );
}

/** The write key: copied, and changed for a new one. */
export function KeyCard({ source, mayWrite }: { source: Source; mayWrite: boolean }) {
  const { t } = useTranslation('sources');
  const [rotating, setRotating] = useState(false);
  return (
    <SettingsCard title={t('key.title')} description={t('key.text')}>
      <Stack gap="xs">
        <Code block className={classes.code} aria-label={t('key.title')}>
          {source.write_key}
        </Code>
        {source.previous_write_key_until && (
          <Text size="xs" c="dimmed" className={classes.facts}>
            {t('key.previous', {
              key: source.previous_write_key,
              until: formatDateTime(source.previous_write_key_until),
            })}
          </Text>
        )}
        <Group gap="xs">
          <CopyButton value={source.write_key}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {t(copied ? 'copied' : 'copy')}
              </Button>
            )}
          </CopyButton>
          {mayWrite && (
            <Button variant="default" onClick={() => setRotating(true)}>
              {t('key.rotate')}
            </Button>
          )}
        </Group>
      </Stack>
      {rotating && <RotateDialog source={source} onClose={() => setRotating(false)} />}
    </SettingsCard>
  );
}
