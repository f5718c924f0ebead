/** What of a lead can name it. */
export interface Nameable {
  full_name?: string | null;
  email?: string | null;
  phone?: string | null;
  external_id?: string | null;
  company_name?: string | null;
}

/** How a lead is called: by name, else by the next best thing that tells it apart; `unnamed` when there is nothing. */
export function leadName(lead: Nameable | undefined, unnamed: string): string {
  return (
    lead?.full_name ||
    lead?.email ||
    lead?.external_id ||
    lead?.phone ||
    lead?.company_name ||
    unnamed
  );
}
