import { useQuery } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type HolidayCountry = Schema<'HolidayCountry'>;
export type Holidays = NonNullable<Schema<'ScheduleRead'>['holidays']>;

const HOLIDAYS = '/api/v1/holidays';
const RARELY = { staleTime: 3_600_000 };

const countriesQuery = () => ({
  ...apiQuery<HolidayCountry[]>(`${HOLIDAYS}/countries`),
  ...RARELY,
});
const holidaysQuery = (choice: Holidays | null, year: number) => ({
  ...apiQuery<Schema<'HolidayRead'>[]>(HOLIDAYS, {
    country: choice?.country,
    subdivision: choice?.subdivision,
    year,
  }),
  ...RARELY,
  enabled: choice !== null,
});

/** The countries to choose from, and day → name of the chosen one's holidays of this year and the next. */
export function useHolidays(value: Holidays | null, today: string) {
  const year = Number(today.slice(0, 4));
  const countries = useQuery(countriesQuery());
  const one = useQuery(holidaysQuery(value, year));
  const next = useQuery(holidaysQuery(value, year + 1));
  const days = value ? [...(one.data ?? []), ...(next.data ?? [])] : [];
  return {
    countries: countries.data ?? [],
    days: new Map(days.map(({ date, name }) => [date, name])),
  };
}
