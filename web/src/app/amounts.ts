/** Digits after the point of a currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
      .maximumFractionDigits ?? 2
  );
}

/** What a person types (1234.5) as minor units (123450); empty is no amount. */
export function toMinor(value: number | string | null, currency: string): number | null {
  if (value === null || value === '') return null;
  return Math.round(Number(value) * 10 ** minorDigits(currency));
}

/** Minor units as the number a person types. */
export function fromMinor(minor: number | null, currency: string): number | null {
  return minor === null ? null : minor / 10 ** minorDigits(currency);
}
