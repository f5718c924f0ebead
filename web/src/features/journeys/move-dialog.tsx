import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { JOURNEYS, type Journey, type Moved, type Version } from './queries';

const LEAVE = 'leave';

interface MoveDialogProps {
  journey: Journey;
  /** The version whose people go on with the published one. */
  version: Version;
  onClose: () => void;
}

/** Where people of an old version go on, step by step, before anything moves. */
export function MoveDialog({ journey, version, onClose }: MoveDialogProps) {
  const { t } = useTranslation('journeys');
  const [chosen, setChosen] = useState<Record<string, string | null>>({});
  const [busy, setBusy] = useState(false);
  const path = `${JOURNEYS}/${journey.id}/move-people`;
  const body = { from_numbers: [version.number], steps: chosen };
  const { data, error, refetch } = useQuery({
    queryKey: ['move', journey.id, version.number, chosen],
    queryFn: () => request<Moved>('post', path, { body: { ...body, confirm: false } }),
    placeholderData: (before) => before,
  });
  const nameOf = (id: string) => {
    const step = [...version.draft.nodes, ...journey.draft.nodes].find((one) => one.id === id);
    return step ? step.name || t(`kind.${step.kind}`) : id;
  };
  const targets = [
    ...journey.draft.nodes
      .filter(({ kind }) => kind !== 'trigger')
      .map(({ id }) => ({ value: id, label: nameOf(id) })),
    { value: LEAVE, label: t('move.leave') },
  ];
  const open = data?.steps.some(({ decided }) => !decided) ?? true;
  const move = async () => {
    setBusy(true);
    try {
      const done = await request<Moved>('post', path, { body: { ...body, confirm: true } });
      toastSuccess(t('move.done', { count: done.people }));
      onClose();
    } catch (reason) {
      toastError(t('move.failed'), reason);
    }
    setBusy(false);
    await invalidatePaths(JOURNEYS);
  };
  return (
    <Modal opened onClose={onClose} title={t('move.title', { number: version.number })} size="lg">
      <Stack gap="md">
        <Text size="sm">{t('move.text')}</Text>
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines lines={3} height={44} />}
        {data?.steps.map(({ node, people, to, decided }) => (
          <Select
            key={node}
            label={t('move.step', { name: nameOf(node), count: people })}
            placeholder={t('field.choose')}
            searchable
            error={decided ? undefined : t('move.undecided')}
            data={targets}
            value={decided ? (to ?? LEAVE) : null}
            onChange={(next) => setChosen({ ...chosen, [node]: next === LEAVE ? null : next })}
          />
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button disabled={open} loading={busy} onClick={() => void move()}>
            {t('move.do', { count: data?.people ?? 0 })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
