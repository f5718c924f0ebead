import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { SettingsCard } from '@/components/settings-card';
import { valuesOf } from './content';
import classes from './prompts.module.css';
import { type Content, PROMPTS } from './queries';
import { ValueFields } from './value-fields';

/** What a model would get of a content with some values. */
export function Preview({ content }: { content: Content }) {
  const { t } = useTranslation('prompts');
  const [values, setValues] = useState<Record<string, string>>({});
  const preview = useMutation({
    mutationFn: () =>
      request<Schema<'PromptPreviewRead'>>('post', `${PROMPTS}/preview`, {
        body: { content, values: valuesOf(content.variables ?? [], values) },
      }),
  });
  const shown = preview.data;
  return (
    <SettingsCard title={t('preview.title')} description={t('preview.text')}>
      <ValueFields variables={content.variables ?? []} values={values} onChange={setValues} />
      <Group>
        <Button variant="default" loading={preview.isPending} onClick={() => preview.mutate()}>
          {t('preview.show')}
        </Button>
      </Group>
      {preview.error && <Alert color="red">{toApiError(preview.error).message}</Alert>}
      {shown && !preview.error && (
        <Stack gap="xs" role="status">
          <Text size="sm" fw={500}>
            {t('instructions')}
          </Text>
          <pre className={classes.text}>{shown.instructions}</pre>
          {shown.message && (
            <>
              <Text size="sm" fw={500}>
                {t('message')}
              </Text>
              <pre className={classes.text}>{shown.message}</pre>
            </>
          )}
          {shown.material.map(({ name, text }) => (
            <Stack key={name} gap="xs">
              <Text size="sm" fw={500}>
                {t('preview.material', { name })}
              </Text>
              <pre className={classes.text}>{text}</pre>
            </Stack>
          ))}
        </Stack>
      )}
    </SettingsCard>
  );
}
