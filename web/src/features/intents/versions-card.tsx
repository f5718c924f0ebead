import { Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber, formatPercent, formatRelative } from '@/app/format';
import { useMay } from '@/app/permissions';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './intents.module.css';
import { type Model, modelsQuery, SETS, type SetDetail, SUGGESTIONS, setPath } from './queries';

/** Trained versions; any of them can take over. */
export function VersionsCard({ set }: { set: SetDetail }) {
  const { t } = useTranslation('intents');
  const mayWrite = useMay('intents:write');
  const { data, error, refetch } = useQuery(modelsQuery(set.id));
  const [busy, setBusy] = useState<string>();
  const use = async (model: Model) => {
    setBusy(model.id);
    try {
      await request('post', `${setPath(set.id)}/models/${model.id}/publish`);
      toastSuccess(t('versions.using', { version: model.version }));
      await invalidatePaths(SETS, SUGGESTIONS);
    } catch (reason) {
      toastError(t('versions.notUsed'), reason);
    }
    setBusy(undefined);
  };
  return (
    <Card component="section" aria-labelledby="intents-versions">
      <Stack gap="sm">
        <Title order={2} size="h3" id="intents-versions">
          {t('versions.title')}
        </Title>
        {error && !data ? (
          <ErrorState error={error} compact onRetry={() => void refetch()} />
        ) : null}
        {!data && !error && <LoadingLines lines={3} />}
        {data?.length === 0 && <Text size="sm">{t('versions.none')}</Text>}
        <ul className={classes.rows}>
          {data?.map((model) => (
            <li key={model.id} className={classes.row}>
              <div className={classes.main}>
                <Group gap="xs">
                  <Text size="sm" fw={500}>
                    {t('versions.name', { version: model.version })}
                  </Text>
                  <Badge
                    variant="light"
                    color={
                      model.status === 'published'
                        ? 'green'
                        : model.status === 'candidate'
                          ? 'orange'
                          : 'gray'
                    }
                  >
                    {t(`versions.status.${model.status}`)}
                  </Badge>
                </Group>
                <Text size="xs" c="dimmed">
                  {t('versions.line', {
                    accuracy: formatPercent(model.metrics.accuracy, 1),
                    intents: formatNumber(model.intents),
                    examples: formatNumber(model.examples),
                    when: formatRelative(model.trained_at),
                  })}
                </Text>
                {model.status === 'candidate' && model.reason && (
                  <Text size="xs">{model.reason}</Text>
                )}
              </div>
              {mayWrite && model.status !== 'published' && (
                <Button
                  variant="default"
                  size="compact-sm"
                  loading={busy === model.id}
                  aria-label={t('versions.useNamed', { version: model.version })}
                  onClick={() => void use(model)}
                >
                  {t('versions.use')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </Stack>
    </Card>
  );
}
