import { ActionIcon, Menu, ScrollArea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { IconUserPlus } from '@/app/icons';
import { fieldsQuery, type MailField } from './queries';

const GROUPS = ['person', 'company', 'owner', 'custom'] as const;

/** What is known of readers, to be put into a text. */
export function FieldMenu({ onInsert }: { onInsert: (text: string) => void }) {
  const { t } = useTranslation('mail-templates');
  const { data: fields = [] } = useQuery(fieldsQuery());
  const of = (group: string): MailField[] =>
    fields.filter((field) => field.group === group && field.kind !== 'list');
  return (
    <Menu withinPortal position="bottom-end" width={260} returnFocus={false}>
      <Menu.Target>
        <ActionIcon
          variant="default"
          size={26}
          aria-label={t('field.insert')}
          title={t('field.insert')}
        >
          <IconUserPlus size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={320} type="auto">
          {GROUPS.filter((group) => of(group).length > 0).map((group) => (
            <Fragment key={group}>
              <Menu.Label>{t(`group.${group}`)}</Menu.Label>
              {of(group).map(({ path, label }) => (
                <Menu.Item key={path} onClick={() => onInsert(`{{ ${path} }}`)}>
                  {label}
                </Menu.Item>
              ))}
            </Fragment>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}
