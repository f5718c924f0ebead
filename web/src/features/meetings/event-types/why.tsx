import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconCircleCheck, IconCircleX } from '@/app/icons';
import { momentIn } from '@/components/booking/slot-picker';
import type { Explanation } from '../queries';
import classes from './event-types.module.css';

/** Whether a time is offered, and what each host says to it. */
export function Why({ answer, zone }: { answer: Explanation; zone: string }) {
  const { t } = useTranslation('meetings/event-types');
  const when = momentIn(zone, answer.at);
  return (
    <Stack gap="xs" className={classes.why}>
      <Text size="sm" fw={500}>
        {t(answer.bookable ? 'why.offered' : 'why.notOffered', { when })}
      </Text>
      {!answer.bookable && <Text size="sm">{answer.summary}</Text>}
      <ul className={classes.rows}>
        {answer.hosts.map((host) => (
          <li key={host.user_id}>
            <Group gap={6} wrap="nowrap" align="flex-start">
              {host.free ? (
                <IconCircleCheck size={16} className={classes.free} aria-hidden />
              ) : (
                <IconCircleX size={16} className={classes.taken} aria-hidden />
              )}
              <Text size="sm">
                <Text span inherit fw={500}>
                  {host.name}
                </Text>
                {': '}
                {host.free ? t('why.free') : host.reasons.map(({ text }) => text).join(' ')}
              </Text>
            </Group>
          </li>
        ))}
      </ul>
    </Stack>
  );
}
