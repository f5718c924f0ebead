import {
  ActionIcon,
  Badge,
  Button,
  Card,
  Group,
  Menu,
  Stack,
  Switch,
  Text,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconDotsVertical, IconLink, IconRefresh, IconTrash } from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './calendars.module.css';
import {
  type Calendar,
  type Connection,
  chooseCalendar,
  readAgain,
  removeConnection,
  testConnection,
  type Vendor,
} from './queries';
import { StateLine } from './state-line';

function CalendarRow({ calendar, readOnly }: { calendar: Calendar; readOnly: boolean }) {
  const { t } = useTranslation('calendars');
  const [saving, setSaving] = useState(false);
  const { name } = calendar;
  const choose = async (choice: { reads_busy?: boolean; takes_meetings?: boolean }) => {
    setSaving(true);
    try {
      await chooseCalendar(calendar, choice);
    } catch (reason) {
      toastError(t('choose.failed', { name }), reason);
    }
    setSaving(false);
  };
  return (
    <li className={classes.row}>
      <div className={classes.name}>
        <span
          className={classes.dot}
          style={{ backgroundColor: calendar.colour ?? 'var(--tw-track)' }}
          aria-hidden
        />
        <div className={classes.words}>
          <Text size="sm" fw={500} className={classes.breakable}>
            {name}
          </Text>
          <StateLine calendar={calendar} />
        </div>
      </div>
      <Group gap="md">
        <Switch
          label={t('choose.busy')}
          aria-label={t('choose.busyNamed', { name })}
          checked={calendar.reads_busy}
          disabled={saving}
          onChange={(event) => void choose({ reads_busy: event.currentTarget.checked })}
        />
        {!readOnly && (
          <Switch
            label={t('choose.meetings')}
            aria-label={t('choose.meetingsNamed', { name })}
            checked={calendar.takes_meetings}
            disabled={saving || !calendar.writable}
            onChange={(event) => void choose({ takes_meetings: event.currentTarget.checked })}
          />
        )}
      </Group>
    </li>
  );
}

interface ConnectionCardProps {
  connection: Connection;
  vendor: Vendor | undefined;
  onReconnect: () => void;
}

/** An account with its calendars and what each is used for. */
export function ConnectionCard({ connection, vendor, onReconnect }: ConnectionCardProps) {
  const { t } = useTranslation('calendars');
  const [busy, setBusy] = useState(false);
  const { label: name, calendars } = connection;
  const broken = connection.state === 'reconnect';
  const test = async () => {
    setBusy(true);
    try {
      const result = await testConnection(connection);
      if (result.ok) toastSuccess(t('test.ok', { name, count: result.calendars }));
      else toastError(t('test.failed', { name }), new Error(result.detail));
      for (const calendar of calendars.filter(({ state }) => result.ok && state !== 'unused')) {
        await readAgain(calendar);
      }
    } catch (reason) {
      toastError(t('test.failed', { name }), reason);
    }
    setBusy(false);
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('remove.title', { name }),
      message: t('remove.text'),
      confirm: t('remove.confirm'),
    });
    if (!sure) return;
    try {
      await removeConnection(connection);
      toastSuccess(t('remove.done', { name }));
    } catch (reason) {
      toastError(t('remove.failed', { name }), reason);
    }
  };
  const facts = [vendor?.label, connection.account !== name && connection.account];
  return (
    <Card component="li">
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div className={classes.words}>
            <Title order={2} fz="sm" className={classes.breakable}>
              {name}
            </Title>
            <Text size="xs" c="dimmed" className={classes.breakable}>
              {facts.filter(Boolean).join(' · ')}
            </Text>
          </div>
          <Group gap="xs" wrap="nowrap">
            <Badge color={broken ? 'red' : 'green'}>{t(broken ? 'broken' : 'connected')}</Badge>
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon size={28} loading={busy} aria-label={t('more', { name })}>
                  <IconDotsVertical size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => void test()}>
                  {t('test.run')}
                </Menu.Item>
                {vendor && vendor.auth !== 'none' && (
                  <Menu.Item leftSection={<IconLink size={16} />} onClick={onReconnect}>
                    {t('reconnect')}
                  </Menu.Item>
                )}
                <Menu.Item
                  color="red"
                  leftSection={<IconTrash size={16} />}
                  onClick={() => void remove()}
                >
                  {t('remove.confirm')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        </Group>
        {broken && (
          <Group justify="space-between" gap="xs" role="status">
            <Text size="sm" c="var(--mantine-color-red-text)" className={classes.breakable}>
              {`${connection.problem ?? ''} ${t('brokenText')}`.trim()}
            </Text>
            {vendor?.auth !== 'none' && (
              <Button size="xs" variant="default" onClick={onReconnect}>
                {t('reconnect')}
              </Button>
            )}
          </Group>
        )}
        {calendars.length > 0 ? (
          <ul className={classes.list} aria-label={t('calendarsOf', { name })}>
            {calendars.map((calendar) => (
              <CalendarRow
                key={calendar.id}
                calendar={calendar}
                readOnly={!vendor?.capabilities.includes('write')}
              />
            ))}
          </ul>
        ) : (
          <Text size="sm" c="dimmed">
            {Object.values(vendor?.notes ?? {}).join(' ')}
          </Text>
        )}
      </Stack>
    </Card>
  );
}
