import { Loader, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { leadName } from '@/app/lead-name';

export type PickedLead = Schema<'LeadRow'>;

interface LeadPickerProps {
  label: string;
  value: string | null;
  /** The chosen lead, or null when the choice was taken back. */
  onChange: (lead: PickedLead | null) => void;
  /** Name of the present value, while no list is loaded yet. */
  name?: string | null | undefined;
  error?: React.ReactNode;
  description?: string;
  clearable?: boolean;
}

const SHOWN = 25;

/** Finds one lead by name, company or address on the server. */
export function LeadPicker({
  label,
  value,
  onChange,
  name,
  error,
  description,
  clearable = true,
}: LeadPickerProps) {
  const { t } = useTranslation('components');
  const [text, setText] = useState('');
  const [opened, setOpened] = useState(false);
  const [settled] = useDebouncedValue(text.trim(), 250);
  // The field holds the chosen label after a choice; that is no search.
  const q = settled && settled !== name ? settled : undefined;
  const { data, isFetching } = useQuery({
    ...apiQuery<Schema<'Page_LeadRow_'>>('/api/v1/leads', {
      q,
      sort: '-created_at',
      limit: SHOWN,
    }),
    placeholderData: keepPreviousData,
    enabled: opened,
  });
  const title = (lead: PickedLead) => {
    const who = leadName(lead, lead.id);
    return lead.company_name ? `${who} · ${lead.company_name}` : who;
  };
  const found = data?.items ?? [];
  const options = found.map((lead) => ({ value: lead.id, label: title(lead) }));
  if (value && !options.some((option) => option.value === value)) {
    options.unshift({ value, label: name ?? t('leadPicker.chosen') });
  }
  return (
    <Select
      label={label}
      description={description}
      error={error}
      data={options}
      value={value}
      searchable
      clearable={clearable}
      placeholder={t('leadPicker.placeholder')}
      nothingFoundMessage={isFetching ? t('leadPicker.searching') : t('leadPicker.nothing')}
      rightSection={opened && isFetching ? <Loader size={14} /> : undefined}
      maxDropdownHeight={280}
      // The server has searched already.
      filter={({ options: all }) => all}
      onSearchChange={setText}
      onDropdownOpen={() => setOpened(true)}
      onChange={(id) => onChange(found.find((lead) => lead.id === id) ?? null)}
    />
  );
}
