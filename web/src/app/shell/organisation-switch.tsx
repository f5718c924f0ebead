import { Menu, Text, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { Mark } from '@/components/logo';
import { toastError } from '@/components/toasts';
import { IconCheck, IconSelector } from '../icons';
import { useMe } from '../session';
import classes from './rail.module.css';

/** Shows the organisation; with several, changes it. Everything in memory belongs to the old one, so the app starts anew. */
export function OrganisationSwitch({ collapsed }: { collapsed: boolean }) {
  const { t } = useTranslation();
  const { organisation, organisations } = useMe();
  const many = organisations.length > 1;
  const change = useMutation({
    mutationFn: (id: string) =>
      request('post', '/api/v1/me/organisation', { body: { organisation_id: id } }),
    onSuccess: () => location.assign('/'),
    onError: (reason) => toastError(t('organisation.failed'), reason),
  });
  const face = (
    <>
      <Mark size={28} />
      {!collapsed && (
        <span className={classes.names} aria-hidden={many || undefined}>
          <Text size="sm" fw={600} className="tw-truncate" title={organisation.name}>
            {organisation.name}
          </Text>
        </span>
      )}
    </>
  );
  if (!many) return <div className={classes.switch}>{face}</div>;
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes.switch}>
          <span className="tw-hidden">{t('organisation.switch', { name: organisation.name })}</span>
          {face}
          {!collapsed && <IconSelector size={16} aria-hidden />}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('organisation.list')}</Menu.Label>
        {organisations.map((item) => (
          <Menu.Item
            key={item.id}
            disabled={change.isPending}
            rightSection={item.id === organisation.id ? <IconCheck size={16} /> : undefined}
            aria-current={item.id === organisation.id || undefined}
            onClick={() => item.id !== organisation.id && change.mutate(item.id)}
          >
            {item.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
