import { Button, Card, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconTargetArrow } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { toastError } from '@/components/toasts';
import classes from './intents.module.css';
import { SETS, type SetDetail, type Template, templatesQuery } from './queries';

/** Sets that come with the product, for an organisation that has none. */
export function TemplateCards({ onAdded }: { onAdded: (set: SetDetail) => void }) {
  const { t } = useTranslation('intents');
  const mayWrite = useMay('intents:write');
  const { data, error, refetch } = useQuery(templatesQuery());
  const [busy, setBusy] = useState<string>();
  const add = async (template: Template) => {
    setBusy(template.key);
    try {
      const set = await request<SetDetail>('post', SETS, { body: { template: template.key } });
      await invalidatePaths(SETS);
      onAdded(set);
    } catch (reason) {
      toastError(t('set.notAdded'), reason);
    }
    setBusy(undefined);
  };
  return (
    <Stack gap="lg">
      <EmptyState icon={IconTargetArrow} title={t('empty.title')}>
        {t(mayWrite ? 'empty.text' : 'empty.textRead')}
      </EmptyState>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines />}
      <div className={classes.templates}>
        {data?.map((template) => (
          <Card key={template.key} component="section" aria-label={template.name}>
            <Stack gap="sm" h="100%">
              <Title order={2} size="h3">
                {template.name}
              </Title>
              <Text size="sm" flex={1}>
                {template.description}
              </Text>
              <Text size="xs" c="dimmed">
                {t('empty.counts', { intents: template.intents, examples: template.examples })}
              </Text>
              {mayWrite && (
                <Button
                  variant="default"
                  loading={busy === template.key}
                  aria-label={t('empty.useNamed', { name: template.name })}
                  onClick={() => void add(template)}
                >
                  {t('empty.use')}
                </Button>
              )}
            </Stack>
          </Card>
        ))}
      </div>
    </Stack>
  );
}
