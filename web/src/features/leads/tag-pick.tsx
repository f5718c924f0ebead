import { Autocomplete, Button, Popover, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconTag } from '@/app/icons';

interface TagPickProps {
  tags: readonly string[];
  onPick: (tag: string) => void;
}

/** A button that asks for a tag: one there is, or the name of a new one. */
export function TagPick({ tags, onPick }: TagPickProps) {
  const { t } = useTranslation('leads');
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const pick = (tag: string) => {
    if (!tag.trim()) return;
    setOpened(false);
    setName('');
    onPick(tag.trim());
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus withinPortal>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconTag size={14} />}
          onClick={() => setOpened((now) => !now)}
        >
          {t('bulk.tag')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            pick(name);
          }}
        >
          <Stack gap="xs">
            <Autocomplete
              label={t('bulk.tagName')}
              description={t('bulk.tagHint')}
              data={[...tags]}
              value={name}
              onChange={setName}
              onOptionSubmit={pick}
              maxLength={100}
              limit={50}
              data-autofocus
              comboboxProps={{ withinPortal: false }}
            />
            <Button type="submit" size="xs" disabled={!name.trim()}>
              {t('bulk.addTag')}
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
