import { Badge, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { ErrorState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import classes from './ai.module.css';
import { AI } from './queries';

/** Shows on a text what the settings above make of it; nothing leaves. */
export function TryCard() {
  const { t } = useTranslation('ai');
  const [text, setText] = useState('');
  const attempt = useMutation({
    mutationFn: () => request<Schema<'TryRead'>>('post', `${AI}/policy/try`, { body: { text } }),
  });
  const result = attempt.data;
  return (
    <SettingsCard title={t('try.title')} description={t('try.text')}>
      <Textarea
        label={t('try.label')}
        placeholder={t('try.placeholder')}
        autosize
        minRows={3}
        maxRows={10}
        maxLength={10_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group>
        <Button
          variant="default"
          disabled={!text.trim()}
          loading={attempt.isPending}
          onClick={() => attempt.mutate()}
        >
          {t('try.run')}
        </Button>
      </Group>
      {attempt.error && <ErrorState error={attempt.error} compact />}
      {result && (
        <Stack gap="xs" role="status">
          <Text size="sm" fw={500}>
            {t('try.seen')}
          </Text>
          <pre className={classes.text}>{result.redacted}</pre>
          <Group gap="xs">
            <Badge color={result.allowed ? 'green' : 'red'}>
              {t(result.allowed ? 'try.allowed' : 'try.denied')}
            </Badge>
            {result.topic && <Badge color="gray">{result.topic}</Badge>}
          </Group>
          {result.findings.map(({ code, detail, excerpt }) => (
            <Text key={code} size="sm" className={classes.breakable}>
              {`${t(`finding.${code}`, { defaultValue: detail })} “${excerpt}”`}
            </Text>
          ))}
          {result.findings.length === 0 && (
            <Text size="sm" c="dimmed">
              {t('try.clean')}
            </Text>
          )}
        </Stack>
      )}
    </SettingsCard>
  );
}
