import { formatNumber } from '@/app/format';

const MICRO = 1_000_000;

/** Micro-dollars as dollars; small amounts keep the digits that make them more than nothing. */
export function formatCost(micro: number): string {
  const dollars = micro / MICRO;
  const digits = dollars !== 0 && Math.abs(dollars) < 1 ? 4 : 2;
  return formatNumber(dollars, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  });
}

export const toMicro = (dollars: number) => Math.round(dollars * MICRO);
export const toDollars = (micro: number) => micro / MICRO;

export interface SettingField {
  name: string;
  title: string;
  description: string;
  required: boolean;
  options: string[];
  initial: string;
}

interface PropertySchema {
  title?: string;
  description?: string;
  enum?: unknown[];
  default?: unknown;
}

/** The fields of a provider's settings, drawn from their JSON Schema. All of them are entered as text. */
export function settingFields(schema: Record<string, unknown>): SettingField[] {
  const properties = (schema.properties ?? {}) as Record<string, PropertySchema>;
  const required = (schema.required ?? []) as string[];
  return Object.entries(properties).map(([name, property]) => ({
    name,
    title: property.title ?? name,
    description: property.description ?? '',
    required: required.includes(name),
    options: (property.enum ?? []).map(String),
    initial: property.default == null ? '' : String(property.default),
  }));
}

/** Entered settings without empty ones, which mean the provider's own default. */
export function filledIn(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
}

/** A day as the API takes it, so many days before today, in UTC as usage is counted. */
export function dayAgo(ago: number, now: number = Date.now()): string {
  return new Date(now - ago * 86_400_000).toISOString().slice(0, 10);
}
