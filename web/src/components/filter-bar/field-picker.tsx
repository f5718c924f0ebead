import { Button, Combobox, ScrollArea, useCombobox } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconAdjustments, IconFilter } from '@/app/icons';
import type { FilterField } from './condition';
import { groupedFields } from './field-choices';

interface FieldPickerProps {
  fields: readonly FilterField[];
  onPick: (field: FilterField) => void;
  onAdvanced: () => void;
}

const ADVANCED = ' advanced';

/** The “Filter” button: a searchable list of fields by group. */
export function FieldPicker({ fields, onPick, onAdvanced }: FieldPickerProps) {
  const { t } = useTranslation('components');
  const [search, setSearch] = useState('');
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      combobox.focusTarget();
      setSearch('');
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const wanted = search.trim().toLowerCase();
  const groups = groupedFields(
    fields.filter((field) => field.label.toLowerCase().includes(wanted)),
    t,
  );
  return (
    <Combobox
      store={combobox}
      width={260}
      position="bottom-start"
      withinPortal
      onOptionSubmit={(value) => {
        combobox.closeDropdown();
        if (value === ADVANCED) onAdvanced();
        const field = fields.find((item) => item.key === value);
        if (field) onPick(field);
      }}
    >
      <Combobox.Target withAriaAttributes={false}>
        <Button
          variant="default"
          leftSection={<IconFilter size={16} aria-hidden />}
          disabled={fields.length === 0}
          aria-haspopup="dialog"
          aria-expanded={combobox.dropdownOpened}
          onClick={() => combobox.toggleDropdown()}
        >
          {t('filter.add')}
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <section aria-label={t('filter.add')}>
          <Combobox.Search
            value={search}
            aria-label={t('filter.searchField')}
            placeholder={t('filter.searchField')}
            onChange={(event) => {
              setSearch(event.currentTarget.value);
              combobox.selectFirstOption();
            }}
          />
          <Combobox.Options aria-label={t('filter.field')}>
            <ScrollArea.Autosize mah={320} type="scroll">
              {!wanted && (
                <Combobox.Option value={ADVANCED}>
                  <IconAdjustments size={14} aria-hidden /> {t('filter.advanced')}
                </Combobox.Option>
              )}
              {groups.map((group) => (
                <Combobox.Group key={group.group} label={group.group}>
                  {group.items.map((item) => (
                    <Combobox.Option key={item.value} value={item.value}>
                      {item.label}
                    </Combobox.Option>
                  ))}
                </Combobox.Group>
              ))}
              {groups.length === 0 && <Combobox.Empty>{t('filter.noField')}</Combobox.Empty>}
            </ScrollArea.Autosize>
          </Combobox.Options>
        </section>
      </Combobox.Dropdown>
    </Combobox>
  );
}
