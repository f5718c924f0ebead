import { Badge, Group, List, Stack, Text, ThemeIcon } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatDateTime } from '@/app/format';
import { IconCheck, IconClock, IconUserCheck, IconX } from '@/app/icons';

type Decision = Schema<'SendDecisionRead'>;
type Verdict = Decision['verdict'];

const SIGNS: Record<Verdict, { icon: typeof IconCheck; colour: string }> = {
  allow: { icon: IconCheck, colour: 'green' },
  defer: { icon: IconClock, colour: 'blue' },
  approve: { icon: IconUserCheck, colour: 'yellow' },
  block: { icon: IconX, colour: 'red' },
};

/** Every reason of a decision: what allowed a message, what held it, what only took note (texts: load `sending`). */
export function ReasonList({ decision }: { decision: Decision }) {
  const { t } = useTranslation('sending');
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {t(`verdict.${decision.verdict}`)}
        {decision.not_before && ` · ${formatDateTime(decision.not_before)}`}
      </Text>
      <List spacing={6} size="sm" listStyleType="none">
        {decision.reasons.map((reason, place) => {
          const { icon: Sign, colour } = SIGNS[reason.verdict];
          return (
            <List.Item
              // biome-ignore lint/suspicious/noArrayIndexKey: reasons have an order and nothing else
              key={place}
              icon={
                <ThemeIcon size={20} radius="xl" variant="light" color={colour}>
                  <Sign size={13} aria-label={t(`verdict.${reason.verdict}`)} />
                </ThemeIcon>
              }
            >
              <Group gap={6}>
                <Text size="sm" component="span">
                  {reason.text}
                </Text>
                {reason.shadow && <Badge color="gray">{t('mode.shadow')}</Badge>}
              </Group>
            </List.Item>
          );
        })}
      </List>
    </Stack>
  );
}
