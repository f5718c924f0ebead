import { ActionIcon, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { patchCached } from '@/api/optimistic';
import { invalidatePaths } from '@/api/query-client';
import { IconPencil, IconThumbDown, IconThumbUp } from '@/app/icons';
import { useMe } from '@/app/session';
import { toastRolledBack, toastSuccess } from '@/components/toasts';
import { CONVERSATIONS, type Message, type Verdict } from './queries';

/** Thumbs and a correction for what the agent said: it learns from both. */
export function Judge({ message, conversation }: { message: Message; conversation: string }) {
  const { t } = useTranslation('inbox');
  const me = useMe().user.id;
  const own = message.feedback.find(({ member_id }) => member_id === me);
  const [correcting, setCorrecting] = useState(false);
  const [text, setText] = useState(own?.correction ?? '');
  const send = async (next: Pick<Verdict, 'thumb' | 'correction'>) => {
    const others = message.feedback.filter(({ member_id }) => member_id !== me);
    const undo = await patchCached(`${CONVERSATIONS}/${conversation}`, message.id, {
      feedback: [...others, { given_by: 'member', member_id: me, ...next }],
    });
    try {
      await request('post', `/api/v1/messages/${message.id}/feedback`, { body: next });
      return true;
    } catch (reason) {
      undo();
      toastRolledBack(t('judge.what'), reason);
      return false;
    } finally {
      void invalidatePaths(`${CONVERSATIONS}/${conversation}/messages`);
    }
  };
  const thumb = (value: 1 | -1) =>
    void send({ thumb: own?.thumb === value ? null : value, correction: own?.correction ?? '' });
  const thumbs = [
    { value: 1, label: t('judge.good'), icon: IconThumbUp, colour: 'green' },
    { value: -1, label: t('judge.bad'), icon: IconThumbDown, colour: 'red' },
  ] as const;
  return (
    <>
      {thumbs.map(({ value, label, icon: Picture, colour }) => {
        const given = own?.thumb === value;
        return (
          <ActionIcon
            key={value}
            size={24}
            variant={given ? 'light' : 'subtle'}
            color={given ? colour : 'gray'}
            aria-label={label}
            aria-pressed={given}
            title={label}
            onClick={() => thumb(value)}
          >
            <Picture size={14} />
          </ActionIcon>
        );
      })}
      <ActionIcon
        size={24}
        variant={own?.correction ? 'light' : 'subtle'}
        color={own?.correction ? 'blue' : 'gray'}
        aria-label={t('judge.correct')}
        title={t('judge.correct')}
        onClick={() => setCorrecting(true)}
      >
        <IconPencil size={14} />
      </ActionIcon>
      <Modal opened={correcting} onClose={() => setCorrecting(false)} title={t('judge.correct')}>
        <Stack gap="md">
          <Text size="sm" c="dimmed" lineClamp={4}>
            {message.text}
          </Text>
          <Textarea
            data-autofocus
            label={t('judge.should')}
            description={t('judge.shouldText')}
            autosize
            minRows={3}
            maxRows={12}
            maxLength={10_000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setCorrecting(false)}>
              {t('cancel')}
            </Button>
            <Button
              disabled={text.trim() === (own?.correction ?? '')}
              onClick={async () => {
                if (!(await send({ thumb: own?.thumb ?? -1, correction: text.trim() }))) return;
                toastSuccess(t('judge.saved'));
                setCorrecting(false);
              }}
            >
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
