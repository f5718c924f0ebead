import { ActionIcon, Badge, Button, Group, Menu, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import {
  IconAlarmSnooze,
  IconArrowForwardUp,
  IconArrowLeft,
  IconDots,
  IconFlag,
  IconFlask,
  IconInfoCircle,
  IconUser,
  IconUserCheck,
} from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { Masked } from '@/components/masked';
import { PromiseWords } from './promise-words';
import type { Conversation } from './queries';
import type { InboxSearch } from './search';
import classes from './thread.module.css';
import type { Verb } from './thread-pane';
import type { Actions } from './use-actions';
import { useNow } from './use-now';
import { visitorName } from './who';

interface ThreadHeadProps {
  conversation: Conversation;
  search: InboxSearch;
  actions: Actions;
  mayWrite: boolean;
  onVerb: (verb: Verb) => void;
  /** Opens the panel with the lead, where it has no column of its own. */
  onDetails: (() => void) | undefined;
}

/** Who it is, how it stands, and what to do with it. */
export function ThreadHead(props: ThreadHeadProps) {
  const { conversation, search, actions, mayWrite, onVerb, onDetails } = props;
  const { t } = useTranslation('inbox');
  const me = useMe();
  const now = useNow();
  const mayTest = useMay('agents:write');
  const seesWords = useMay('leads:personal');
  const { state, urgent, number, assignee } = conversation;
  const name = visitorName(conversation, t);
  const led = state === 'agent' || state === 'waiting';
  const mine = assignee?.id === me.user.id;
  const open = state !== 'closed';
  // What a trial's visitor says is made up already.
  const testable = mayTest && seesWords && conversation.channel !== 'simulation';
  const facts = [
    `#${number}`,
    t(`channel.${conversation.channel}`, { defaultValue: conversation.channel }),
    t(`state.${state}`),
    assignee && (mine ? t('assign.you') : assignee.name),
  ];
  return (
    <header className={classes.head}>
      <Group gap="xs" wrap="nowrap" className={classes.titles}>
        <ActionIcon
          hiddenFrom="sm"
          aria-label={t('back')}
          renderRoot={(rest) => (
            <Link to="/inbox" search={{ ...search, conversation: undefined }} {...rest} />
          )}
        >
          <IconArrowLeft size={18} />
        </ActionIcon>
        <div className={classes.grow}>
          <Group gap={6} wrap="nowrap">
            <Title order={2} size="h3" className="tw-truncate" title={name}>
              <Masked value={name} />
            </Title>
            {urgent && (
              <Badge color="red" leftSection={<IconFlag size={12} aria-hidden />}>
                {t('urgent')}
              </Badge>
            )}
          </Group>
          <Group gap={8} wrap="nowrap">
            <Text size="xs" c="dimmed" truncate>
              {facts.filter(Boolean).join(' · ')}
            </Text>
            <Text size="xs" component="span" className={classes.due}>
              <PromiseWords conversation={conversation} now={now} />
            </Text>
          </Group>
        </div>
      </Group>
      <Group gap={6} wrap="nowrap">
        {mayWrite && led && (
          <Button
            size="xs"
            leftSection={<IconUserCheck size={14} />}
            onClick={() => void actions.takeOver(conversation)}
          >
            {t('takeOver')}
          </Button>
        )}
        {mayWrite && (state === 'closed' || state === 'snoozed') && (
          <Button
            size="xs"
            variant="default"
            onClick={() => void actions[state === 'closed' ? 'reopen' : 'wake'](conversation)}
          >
            {t(state === 'closed' ? 'reopen' : 'wake')}
          </Button>
        )}
        {mayWrite && open && (
          <>
            <ActionIcon
              variant="default"
              aria-label={t('snooze.open')}
              title={`${t('snooze.open')} (H)`}
              onClick={() => onVerb('snooze')}
            >
              <IconAlarmSnooze size={16} />
            </ActionIcon>
            <Button size="xs" variant="default" title="E" onClick={() => onVerb('close')}>
              {t('close.open')}
            </Button>
          </>
        )}
        {((mayWrite && (open || urgent)) || testable) && (
          <Menu>
            <Menu.Target>
              <ActionIcon variant="default" aria-label={t('moreActions', { name })}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {mayWrite && open && (
                <Menu.Item leftSection={<IconUser size={16} />} onClick={() => onVerb('assign')}>
                  {t('assign.open')}
                </Menu.Item>
              )}
              {mayWrite && open && conversation.agent_id && state !== 'agent' && (
                <Menu.Item
                  leftSection={<IconArrowForwardUp size={16} />}
                  onClick={() => void actions.handBack(conversation)}
                >
                  {t('handBack')}
                </Menu.Item>
              )}
              {mayWrite && urgent && (
                <Menu.Item
                  leftSection={<IconFlag size={16} />}
                  onClick={() => void actions.notUrgent(conversation)}
                >
                  {t('notUrgent')}
                </Menu.Item>
              )}
              {testable && (
                <Menu.Item leftSection={<IconFlask size={16} />} onClick={() => onVerb('test')}>
                  {t('test.open')}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
        {onDetails && (
          <ActionIcon
            variant="default"
            aria-label={t('details')}
            title={t('details')}
            onClick={onDetails}
          >
            <IconInfoCircle size={16} />
          </ActionIcon>
        )}
      </Group>
    </header>
  );
}
