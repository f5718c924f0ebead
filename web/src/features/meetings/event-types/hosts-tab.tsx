import {
  ActionIcon,
  Alert,
  Avatar,
  Group,
  NumberInput,
  Radio,
  Select,
  Stack,
  Switch,
  Text,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatPercent, initials } from '@/app/format';
import { IconUsers, IconX } from '@/app/icons';
import { useMembers } from '@/app/members';
import { schedulesQuery } from '../queries';
import type { HostDraft } from './draft';
import classes from './event-types.module.css';
import type { TabProps } from './form';

const ASSIGNMENTS = ['single', 'round_robin', 'collective'] as const;
const PRIORITIES = ['4', '3', '2', '1', '0'] as const;

function HostRow({
  host,
  share,
  turns,
  readOnly,
  schedules,
  onChange,
  onRemove,
}: {
  host: HostDraft;
  /** 0–1 of all meetings, where hosts take turns. */
  share: number;
  turns: boolean;
  readOnly: boolean;
  schedules: { value: string; label: string }[];
  onChange: (part: Partial<HostDraft>) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('meetings/event-types');
  const { nameOf } = useMembers();
  const name = nameOf(host.user_id) || t('hosts.unknown');
  return (
    <li className={classes.host}>
      <Group gap="xs" wrap="nowrap" className={classes.hostName}>
        <Avatar size={28} color="blue" aria-hidden>
          {initials(name)}
        </Avatar>
        <div className={classes.main}>
          <Text size="sm" fw={500} className="tw-truncate" title={name}>
            {name}
          </Text>
          {turns && (
            <Text size="xs" c="dimmed" className="tw-number">
              {t('hosts.share', { share: formatPercent(share) })}
            </Text>
          )}
        </div>
      </Group>
      {turns && (
        <>
          <NumberInput
            w={72}
            hideControls
            label={t('hosts.weight')}
            aria-label={t('hosts.weightOf', { name })}
            min={1}
            max={1000}
            step={10}
            readOnly={readOnly}
            value={host.weight}
            onChange={(weight) => onChange({ weight: Math.max(1, Number(weight)) })}
          />
          <Select
            w={104}
            label={t('hosts.priority')}
            aria-label={t('hosts.priorityOf', { name })}
            readOnly={readOnly}
            data={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
            value={String(host.priority)}
            onChange={(priority) => onChange({ priority: Number(priority) })}
          />
        </>
      )}
      {schedules.length > 0 && (
        <Select
          flex="1 1 112px"
          label={t('hosts.schedule')}
          aria-label={t('hosts.scheduleOf', { name })}
          placeholder={t('hosts.ownHours')}
          clearable
          readOnly={readOnly}
          data={schedules}
          value={host.schedule_id}
          onChange={(schedule_id) => onChange({ schedule_id })}
        />
      )}
      {!readOnly && (
        <ActionIcon
          className={classes.hostRemove}
          aria-label={t('hosts.remove', { name })}
          onClick={onRemove}
        >
          <IconX size={16} />
        </ActionIcon>
      )}
    </li>
  );
}

/** Who holds these meetings, and who gets the next one. */
export function HostsTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('meetings/event-types');
  const { options } = useMembers();
  const { data: schedules = [] } = useQuery(schedulesQuery());
  const { hosts, assignment } = form.values;
  const put = (next: HostDraft[]) => form.setFieldValue('hosts', next);
  const free = options.filter(({ value }) => !hosts.some((host) => host.user_id === value));
  const weights = hosts.reduce((sum, { weight }) => sum + weight, 0);
  const choices = (user: string) =>
    schedules
      .filter(({ user_id }) => user_id === null || user_id === user)
      .map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Stack gap="md">
      <Radio.Group
        label={t('hosts.assignment')}
        value={assignment}
        onChange={(value) =>
          form.setValues({
            assignment: value as typeof assignment,
            ...(value === 'round_robin' ? {} : { lead_owner_first: false }),
          })
        }
        readOnly={readOnly}
      >
        <Stack gap="xs" mt="xs">
          {ASSIGNMENTS.map((value) => (
            <Radio
              key={value}
              value={value}
              label={t(`assignment.${value}`)}
              description={t(`assignmentText.${value}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {assignment === 'round_robin' && (
        <Switch
          label={t('hosts.ownerFirst')}
          description={t('hosts.ownerFirstText')}
          disabled={readOnly}
          {...form.getInputProps('lead_owner_first', { type: 'checkbox' })}
        />
      )}
      {(hosts.length === 0 || (assignment === 'single' && hosts.length > 1)) && (
        <Alert color="yellow" role="alert" icon={<IconUsers size={16} />}>
          {t(hosts.length === 0 ? 'hosts.none' : 'hosts.oneOnly')}
        </Alert>
      )}
      {hosts.length > 0 && (
        <ul className={classes.rows} aria-label={t('tab.hosts')}>
          {hosts.map((host, index) => (
            <HostRow
              key={host.user_id}
              host={host}
              share={host.weight / weights}
              turns={assignment === 'round_robin'}
              readOnly={readOnly}
              schedules={choices(host.user_id)}
              onChange={(part) =>
                put(hosts.map((old, at) => (at === index ? { ...old, ...part } : old)))
              }
              onRemove={() => put(hosts.filter((_, at) => at !== index))}
            />
          ))}
        </ul>
      )}
      {!readOnly && free.length > 0 && (
        <Select
          aria-label={t('hosts.add')}
          placeholder={t('hosts.add')}
          searchable
          data={free}
          value={null}
          onChange={(user_id) =>
            user_id && put([...hosts, { user_id, weight: 100, priority: 2, schedule_id: null }])
          }
        />
      )}
    </Stack>
  );
}
