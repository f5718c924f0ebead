import { Button, Group, Modal, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { IconInbox, IconUser } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMe } from '@/app/session';
import { toLocalInput } from '@/components/record/record-field';
import { queuesQuery } from './queries';
import { SNOOZES, snoozedUntil } from './snooze';
import classes from './thread.module.css';

export interface AssignTo {
  assignee_id: string | null;
  queue_id: string | null;
  /** Of the person, for showing it at once. */
  name: string;
}

interface DialogProps<Value> {
  /** What it is about: a name, or how many. */
  of: string;
  onClose: () => void;
  onChoose: (value: Value) => void;
}

/** To whom: one self first, then people and queues, found by typing. */
export function AssignDialog({ of, onClose, onChoose }: DialogProps<AssignTo>) {
  const { t } = useTranslation('inbox');
  const me = useMe();
  const { options } = useMembers();
  const queues = useQuery(queuesQuery()).data ?? [];
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const self = { value: me.user.id, label: t('assign.me') };
  const people = [self, ...options.filter(({ value }) => value !== me.user.id)];
  const entries = [
    ...people.map(({ value, label }) => ({
      key: value,
      label,
      icon: IconUser,
      to: { assignee_id: value, queue_id: null, name: value === me.user.id ? me.user.name : label },
    })),
    {
      key: 'nobody',
      label: t('assign.nobody'),
      icon: IconUser,
      to: { assignee_id: null, queue_id: null, name: '' },
    },
    ...queues.map(({ id, name }) => ({
      key: id,
      label: t('assign.queue', { name }),
      icon: IconInbox,
      to: { assignee_id: null, queue_id: id, name: '' },
    })),
  ].filter(({ label }) => label.toLowerCase().includes(text.trim().toLowerCase()));
  const choose = (index: number) => {
    const entry = entries[index];
    if (entry) onChoose(entry.to);
  };
  return (
    <Modal opened onClose={onClose} title={t('assign.title', { of })} size="sm">
      <TextInput
        data-autofocus
        aria-label={t('assign.find')}
        placeholder={t('assign.find')}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
          const step = steps[event.key];
          if (step) {
            event.preventDefault();
            setActive(Math.max(0, Math.min(entries.length - 1, active + step)));
          }
          if (event.key === 'Enter') {
            event.preventDefault();
            choose(active);
          }
        }}
      />
      <ul className={classes.options}>
        {entries.map((entry, index) => (
          <li key={entry.key}>
            <UnstyledButton
              className={classes.option}
              data-active={index === active || undefined}
              onClick={() => choose(index)}
            >
              <entry.icon size={16} aria-hidden />
              <span className="tw-truncate">{entry.label}</span>
            </UnstyledButton>
          </li>
        ))}
        {entries.length === 0 && (
          <Text size="sm" c="dimmed" p="xs">
            {t('assign.none')}
          </Text>
        )}
      </ul>
    </Modal>
  );
}

/** Until when: usual times, or one of its own. */
export function SnoozeDialog({ of, onClose, onChoose }: DialogProps<Date>) {
  const { t } = useTranslation('inbox');
  const [at, setAt] = useState('');
  const now = new Date();
  const own = at ? new Date(at) : undefined;
  const past = own !== undefined && own <= now;
  return (
    <Modal opened onClose={onClose} title={t('snooze.title', { of })} size="sm">
      <Stack gap="md">
        <ul className={classes.options}>
          {SNOOZES.map((choice) => {
            const until = snoozedUntil(choice, now);
            return (
              until && (
                <li key={choice}>
                  <UnstyledButton className={classes.option} onClick={() => onChoose(until)}>
                    <span>{t(`snooze.${choice}`)}</span>
                    <Text component="span" size="xs" c="dimmed" ml="auto" className="tw-number">
                      {formatDateTime(until)}
                    </Text>
                  </UnstyledButton>
                </li>
              )
            );
          })}
        </ul>
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <TextInput
            type="datetime-local"
            className={classes.grow}
            label={t('snooze.own')}
            min={toLocalInput(now.toISOString())}
            value={at}
            error={past && t('snooze.past')}
            onChange={(event) => setAt(event.currentTarget.value)}
          />
          <Button
            disabled={!own || past}
            onClick={() => {
              if (own) onChoose(own);
            }}
          >
            {t('snooze.do')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

const ENDS = ['confirmed', 'silent'] as const;

/** Whether the visitor confirmed that they were served: silence is no success. */
export function CloseDialog({ of, onClose, onChoose }: DialogProps<boolean>) {
  const { t } = useTranslation('inbox');
  return (
    <Modal opened onClose={onClose} title={t('close.title', { of })} size="sm">
      <ul className={classes.options}>
        {ENDS.map((end, index) => (
          <li key={end}>
            <UnstyledButton
              className={classes.option}
              data-autofocus={index === 0 || undefined}
              onClick={() => onChoose(end === 'confirmed')}
            >
              <span>
                <Text size="sm">{t(`close.${end}`)}</Text>
                <Text size="xs" c="dimmed">
                  {t(`close.${end}Text`)}
                </Text>
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
