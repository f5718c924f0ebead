import type { Schema } from '@/api/api';
import { request, requestFile } from '@/api/client';

export type ConsentFile = Schema<'ConsentFileRead'>;
export type Meaning = NonNullable<ConsentFile['columns'][number]['means']>;
export const MEANINGS = [
  'address',
  'purpose',
  'state',
  'basis',
  'channel',
  'source',
  'date',
] as const satisfies readonly Meaning[];

/** How a list is read; a column is named, "-" for none, or left out to be found by its head. */
export type Options = {
  [Key in `${Meaning}_column`]?: string;
} & {
  channel: Schema<'ConsentChangeCreate'>['channel'];
  purpose?: string;
  state: 'granted' | 'withdrawn';
  basis: Schema<'ConsentChangeCreate'>['basis'];
  country?: string;
  dates?: 'day_first' | 'month_first';
};

const NONE = '-';
const CONSENTS = '/api/v1/consents/import';

function body(file: File): FormData {
  const form = new FormData();
  form.append('file', file);
  return form;
}

/** Sends the file with how it is read: to look at it, or to record what it says. */
export function post<Answer>(what: 'preview' | '', file: File, options: Options): Promise<Answer> {
  const path = what ? `${CONSENTS}/${what}` : CONSENTS;
  return request<Answer>('post', path, { body: body(file), query: options });
}

/** The options once a column means something: what it meant before, and who meant that before, give way. */
export function withMeaning(
  { columns }: ConsentFile,
  options: Options,
  column: string,
  meaning: Meaning | null,
): Options {
  const taken = new Map(columns.map(({ name, means }) => [name, means]));
  if (meaning) for (const [name, means] of taken) if (means === meaning) taken.set(name, null);
  taken.set(column, meaning);
  const next = { ...options };
  for (const one of MEANINGS) {
    next[`${one}_column`] = [...taken].find(([, means]) => means === one)?.[0] ?? NONE;
  }
  return next;
}

/** Has the browser keep the lines that an import leaves out. */
export async function download(file: File, options: Options, name: string): Promise<void> {
  const answer = await requestFile('post', `${CONSENTS}/refused`, {
    body: body(file),
    query: options,
  });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(answer);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
