import { Card, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '@/app/format';
import { IconTrendingDown, IconTrendingUp } from '@/app/icons';

interface StatCardProps {
  label: string;
  /** Already formatted. Undefined while loading. */
  value: string | undefined;
  /** Change against the period before, as a ratio (0.12 = +12 %). */
  change?: number | null | undefined;
  hint?: string | undefined;
  /** False when a rise is bad news. */
  higherIsBetter?: boolean;
  children?: ReactNode;
}

/** One number with its change. Direction is said by arrow, sign and words, not by colour alone. */
export function StatCard({
  label,
  value,
  change,
  hint,
  higherIsBetter = true,
  children,
}: StatCardProps) {
  const { t } = useTranslation('components');
  const good = change != null && change >= 0 === higherIsBetter;
  const Arrow = change != null && change < 0 ? IconTrendingDown : IconTrendingUp;
  return (
    <Card>
      <Stack gap={4}>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        {value === undefined ? (
          <Skeleton height={28} width="60%" />
        ) : (
          <Text size="xl" fw={600} className="tw-number">
            {value}
          </Text>
        )}
        <Group gap={4} mih={20} c={good ? 'var(--mantine-color-green-text)' : 'dimmed'}>
          {change != null && (
            <>
              <Arrow size={16} aria-hidden />
              <Text size="xs" className="tw-number">
                {`${change > 0 ? '+' : ''}${formatPercent(change)}`}
              </Text>
              <span className="tw-hidden">{t(change < 0 ? 'stat.down' : 'stat.up')}</span>
            </>
          )}
          {hint && (
            <Text size="xs" c="dimmed">
              {hint}
            </Text>
          )}
        </Group>
        {children}
      </Stack>
    </Card>
  );
}
