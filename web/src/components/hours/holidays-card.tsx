import { Group, Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatCountry } from '@/app/format';
import { SettingsCard } from '@/components/settings-card';
import type { HolidayCountry, Holidays } from './holidays';
import classes from './hours.module.css';
import { dayText } from './special-days';

interface HolidaysCardProps {
  value: Holidays | null;
  onChange: (value: Holidays | null) => void;
  countries: readonly HolidayCountry[];
  /** Day → name, of the chosen country. */
  days: ReadonlyMap<string, string>;
  today: string;
  readOnly: boolean;
  /** What the holidays mean here. */
  text?: string;
}

/** Public holidays on which nobody is offered. */
export function HolidaysCard(props: HolidaysCardProps) {
  const { value, onChange, countries, days, today, readOnly, text } = props;
  const { t } = useTranslation('hours');
  const parts = countries.find(({ code }) => code === value?.country)?.subdivisions ?? [];
  const coming = [...days].filter(([day]) => day >= today);
  return (
    <SettingsCard title={t('holidays.title')} description={text ?? t('holidays.text')}>
      <Group gap="sm" align="flex-start" grow>
        <Select
          label={t('holidays.country')}
          placeholder={t('holidays.none')}
          searchable
          clearable
          readOnly={readOnly}
          value={value?.country ?? null}
          data={countries
            .map(({ code }) => ({ value: code, label: formatCountry(code) }))
            .sort((one, other) => one.label.localeCompare(other.label))}
          onChange={(country) => onChange(country ? { country, subdivision: null } : null)}
        />
        {value && parts.length > 0 && (
          <Select
            label={t('holidays.part')}
            placeholder={t('holidays.whole')}
            searchable
            clearable
            readOnly={readOnly}
            value={value.subdivision ?? null}
            data={parts}
            onChange={(subdivision) => onChange({ ...value, subdivision })}
          />
        )}
      </Group>
      {coming.length > 0 && (
        /* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */
        <section className={classes.scroll} tabIndex={0} aria-label={t('holidays.coming')}>
          <ul className={classes.rows}>
            {coming.map(([day, name]) => (
              <li key={day} className={classes.row}>
                <Text size="sm">{name}</Text>
                <Text size="sm" c="dimmed" className="tw-number">
                  {dayText(day)}
                </Text>
              </li>
            ))}
          </ul>
        </section>
      )}
    </SettingsCard>
  );
}
