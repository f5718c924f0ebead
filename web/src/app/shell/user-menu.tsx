import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toastError } from '@/components/toasts';
import { initials } from '../format';
import { IconBook, IconKeyboard, IconLogout, IconSettings } from '../icons';
import { useNavigation } from '../navigation';
import { useMe } from '../session';
import { useShortcutRegistry } from '../shortcuts';
import classes from './rail.module.css';

/** Who is signed in, with settings, shortcuts and sign out. */
export function UserMenu({ collapsed }: { collapsed: boolean }) {
  const { t } = useTranslation();
  const { user, role, role_label } = useMe();
  const navigate = useNavigate();
  const { pages } = useNavigation();
  const settings = pages.find((page) => page.to.startsWith('/settings'));
  const signOut = async () => {
    let provider: { url: string } | undefined;
    try {
      provider = await request<{ url: string } | undefined>('post', '/api/v1/auth/logout');
    } catch (reason) {
      toastError(t('user.signOutFailed'), reason);
      return;
    }
    // A full load: nothing of this person stays in memory.
    location.assign(provider?.url ?? '/login');
  };
  return (
    <Menu position="top-start" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes.switch}>
          <span className="tw-hidden">{t('user.menu', { name: user.name })}</span>
          <Avatar size={28} radius="xl" color="blue" variant="light" aria-hidden>
            {initials(user.name)}
          </Avatar>
          {!collapsed && (
            <span className={classes.names} aria-hidden>
              <Text size="sm" fw={500} className="tw-truncate" title={user.name}>
                {user.name}
              </Text>
              <Text size="xs" c="dimmed" className="tw-truncate">
                {t(`role.${role}`, { defaultValue: role_label })}
              </Text>
            </span>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className="tw-truncate">{user.email}</Menu.Label>
        {settings && (
          <Menu.Item
            leftSection={<IconSettings size={16} />}
            onClick={() => void navigate({ to: settings.to })}
          >
            {t('nav.settings')}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconKeyboard size={16} />}
          onClick={() => useShortcutRegistry.setState({ sheetOpen: true })}
        >
          {t('keys.sheet')}
        </Menu.Item>
        <Menu.Item component="a" href="/docs" leftSection={<IconBook size={16} />}>
          {t('user.docs')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {t('user.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
