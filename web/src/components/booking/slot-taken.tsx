import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '@/api/errors';
import { IconClock } from '@/app/icons';
import { momentIn } from './slot-picker';

/** The free times that came with a lost race; undefined where the failure is another one. */
export function alternativesOf({ code, body }: ApiError): string[] | undefined {
  if (code !== 'meetings.slot_taken') return undefined;
  const found = Array.isArray(body.alternatives) ? body.alternatives : [];
  return found.map(({ starts_at }: { starts_at: string }) => starts_at);
}

interface SlotTakenProps {
  alternatives: readonly string[];
  zone: string;
  onChoose: (startsAt: string) => void;
}

/** Somebody was faster: the nearest times, one click away. */
export function SlotTaken({ alternatives, zone, onChoose }: SlotTakenProps) {
  const { t } = useTranslation('booking');
  return (
    <Alert color="yellow" role="alert" icon={<IconClock size={16} />} title={t('taken.title')}>
      <Stack gap="xs">
        <Text size="sm">{t(alternatives.length > 0 ? 'taken.text' : 'taken.none')}</Text>
        <Group gap="xs">
          {alternatives.map((start) => (
            <Button key={start} size="compact-sm" variant="default" onClick={() => onChoose(start)}>
              {momentIn(zone, start)}
            </Button>
          ))}
        </Group>
      </Stack>
    </Alert>
  );
}
