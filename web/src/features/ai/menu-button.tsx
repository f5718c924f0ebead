import { ActionIcon, Menu } from '@mantine/core';
import type { ReactNode } from 'react';

interface MenuButtonProps {
  label: string;
  icon: ReactNode;
  /** Menu.Item entries. */
  children: ReactNode;
}

/** A menu behind an icon. */
export function MenuButton({ label, icon, children }: MenuButtonProps) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size={28} aria-label={label}>
          {icon}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}
