import { Button, Card, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '@/app/format';
import type { ModelDetail } from './queries';
import classes from './scoring.module.css';

const FIRST = 8;

interface MoreProps {
  count: number;
  all: boolean;
  onToggle: () => void;
}

function MoreButton({ count, all, onToggle }: MoreProps) {
  const { t } = useTranslation('scoring');
  if (count <= FIRST) return null;
  return (
    <Button variant="default" size="compact-sm" w="fit-content" onClick={onToggle}>
      {all ? t('features.fewer') : t('features.all', { count })}
    </Button>
  );
}

/** The fields of the model by their share in all scores. */
export function FeaturesCard({ features }: { features: ModelDetail['features'] }) {
  const { t } = useTranslation('scoring');
  const [all, setAll] = useState(false);
  const largest = Math.max(0.0001, ...features.map((feature) => feature.share));
  const shown = all ? features : features.slice(0, FIRST);
  return (
    <Card component="section" aria-labelledby="scoring-features">
      <Stack gap="md">
        <div>
          <Title order={2} size="h3" id="scoring-features">
            {t('features.title')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('features.text')}
          </Text>
        </div>
        <ul className={classes.features}>
          {shown.map((feature) => (
            <li key={feature.name} className={classes.feature} title={feature.meaning}>
              <Text size="sm" className="tw-truncate">
                {feature.label}{' '}
                <Text span size="xs" c="dimmed">
                  {t('features.filled', { share: formatPercent(feature.filled_share) })}
                </Text>
              </Text>
              <Text size="sm" className="tw-number">
                {formatPercent(feature.share, 1)}
              </Text>
              <svg
                className={classes.track}
                viewBox="0 0 100 6"
                preserveAspectRatio="none"
                aria-hidden
              >
                <rect className={classes.fill} width={(100 * feature.share) / largest} height="6" />
              </svg>
            </li>
          ))}
        </ul>
        <MoreButton count={features.length} all={all} onToggle={() => setAll(!all)} />
      </Stack>
    </Card>
  );
}

/** The columns the model does not look at, each with its reason. */
export function ExcludedCard({ excluded }: { excluded: ModelDetail['excluded'] }) {
  const { t } = useTranslation('scoring');
  const [all, setAll] = useState(false);
  return (
    <Card component="section" aria-labelledby="scoring-excluded">
      <Stack gap="md">
        <div>
          <Title order={2} size="h3" id="scoring-excluded">
            {t('excluded.title')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('excluded.text')}
          </Text>
        </div>
        {excluded.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('excluded.none')}
          </Text>
        )}
        <ul className={classes.rows}>
          {excluded.slice(0, all ? undefined : FIRST).map((column) => (
            <li key={column.name} className={classes.row}>
              <div className={classes.main}>
                <Text size="sm" fw={500}>
                  {column.label}
                </Text>
                <Text size="xs" c="dimmed">
                  {column.reason}
                </Text>
              </div>
            </li>
          ))}
        </ul>
        <MoreButton count={excluded.length} all={all} onToggle={() => setAll(!all)} />
      </Stack>
    </Card>
  );
}
