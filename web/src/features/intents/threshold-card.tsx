import { Button, Card, Group, Slider, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatPercent } from '@/app/format';
import { useMay } from '@/app/permissions';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './intents.module.css';
import { SETS, type SetDetail, setPath } from './queries';
import { usePublishedCard } from './use-card';

/** From which probability on a text counts as one of the intents, and what that costs. */
export function ThresholdCard({ set }: { set: SetDetail }) {
  const { t } = useTranslation('intents');
  const mayWrite = useMay('intents:write');
  const { card } = usePublishedCard(set);
  const [chosen, setChosen] = useState(set.threshold);
  const [busy, setBusy] = useState(false);
  const point = card?.curve.find(({ threshold }) => threshold >= chosen - 1e-6);
  const save = async () => {
    setBusy(true);
    try {
      await request('patch', setPath(set.id), {
        body: { threshold: chosen },
        version: set.version,
      });
      toastSuccess(t('scope.saved'));
      await invalidatePaths(SETS);
    } catch (reason) {
      toastError(t('scope.notSaved'), reason);
    }
    setBusy(false);
  };
  return (
    <Card component="section" aria-labelledby="intents-scope">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h3" id="intents-scope">
            {t('scope.title')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('scope.text')}
          </Text>
        </div>
        <Group justify="space-between">
          <Text size="sm">{t('scope.threshold')}</Text>
          <Text size="sm" fw={600} className="tw-number">
            {formatPercent(chosen)}
          </Text>
        </Group>
        <Slider
          thumbLabel={t('scope.threshold')}
          min={0}
          max={1}
          step={0.05}
          value={chosen}
          disabled={!mayWrite}
          label={(value) => formatPercent(value)}
          onChange={setChosen}
        />
        {point && (
          <dl className={classes.facts}>
            <div>
              <dt>{t('scope.accepted')}</dt>
              <dd className="tw-number">{formatPercent(point.accepted)}</dd>
            </div>
            <div>
              <dt>{t('scope.refused')}</dt>
              <dd className="tw-number">{formatPercent(point.refused)}</dd>
            </div>
            {point.negatives_refused !== null && (
              <div>
                <dt>{t('scope.negatives')}</dt>
                <dd className="tw-number">{formatPercent(point.negatives_refused)}</dd>
              </div>
            )}
          </dl>
        )}
        {Math.abs(chosen - set.threshold) > 1e-6 && (
          <Group gap="xs">
            <Button variant="default" size="xs" loading={busy} onClick={() => void save()}>
              {t('scope.save')}
            </Button>
            <Button variant="subtle" size="xs" onClick={() => setChosen(set.threshold)}>
              {t('scope.reset')}
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}
