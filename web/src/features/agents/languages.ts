import { i18n } from '@/app/i18n';

/** What an agent may be told to answer in; it understands these whether they are named or not. */
const CODES =
  'af ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gu he hi hr hu hy id is it ja ka kk ko lt lv mk mn mr ms nb nl pa pl pt ro ru sk sl so sq sr sv sw ta te th tl tr uk ur vi zh';

/** "de" → "German", in the reader's language. */
export function languageName(code: string): string {
  return new Intl.DisplayNames(i18n.language, { type: 'language' }).of(code) ?? code;
}

/** Languages to choose from, by name; the chosen ones are always among them. */
export function languageOptions(chosen: readonly string[]) {
  return [...new Set([...CODES.split(' '), ...chosen])]
    .map((value) => ({ value, label: languageName(value) }))
    .sort((one, other) => one.label.localeCompare(other.label));
}
