import type { Schema } from '@/api/api';
import type { Autosaved } from '@/components/use-autosaved';
import type { Template } from './queries';

export type Content = Schema<'MailContent'>;
export type MailText = Required<Schema<'MailText'>>;
export type Block = MailText['blocks'][number];
export type Kind = Block['kind'];
export type Leaf = Exclude<Block, { kind: 'columns' | 'footer' }>;

/** What the editor holds: all of a template that people change. */
export interface Draft {
  name: string;
  description: string;
  purpose: string;
  draft: Content;
}

export type TemplateEditor = Autosaved<Draft>;

export const LEAF_KINDS = [
  'heading',
  'text',
  'button',
  'image',
  'product',
  'divider',
  'spacer',
  'social',
] as const;
export const KINDS = [...LEAF_KINDS, 'columns', 'footer'] as const;

/** Where a block is: its place in the mail, and in a column if it stands in one. */
export interface Place {
  index: number;
  column?: number;
  within?: number;
}

export const draftOf = ({ name, description, purpose, draft }: Template): Draft => ({
  name,
  description,
  purpose,
  draft,
});

export const textOf = (content: Content, language: string): MailText => {
  const found = content.languages?.[language] ?? {};
  return {
    subject: '',
    preheader: '',
    blocks: [],
    fallbacks: {},
    plain_text: '',
    ...found,
  } as MailText;
};

export const withText = (content: Content, language: string, text: Partial<MailText>): Content => ({
  ...content,
  languages: { ...content.languages, [language]: { ...textOf(content, language), ...text } },
});

const EMPTY: { [K in Kind]: Omit<Extract<Block, { kind: K }>, 'id' | 'kind'> } = {
  heading: { condition: '', text: '', level: 1, align: 'left' },
  text: { condition: '', html: '', align: 'left' },
  image: {
    condition: '',
    src: '',
    alt: '',
    href: '',
    width: null,
    align: 'center',
    decorative: false,
  },
  button: { condition: '', label: '', href: '', align: 'left', style: 'filled', full_width: false },
  divider: { condition: '' },
  spacer: { condition: '', height: 24 },
  product: { condition: '', src: '', alt: '', title: '', text: '', price: '', label: '', href: '' },
  social: { condition: '', links: [{ network: 'linkedin', href: '' }], align: 'center' },
  footer: { condition: '', text: '', align: 'center' },
  columns: { condition: '', layout: '1-1', columns: [[], []] },
};

/** All blocks, those in columns included. */
export function everyBlock(blocks: readonly Block[]): Block[] {
  return blocks.flatMap((block) =>
    block.kind === 'columns' ? [block, ...(block.columns.flat() as Block[])] : [block],
  );
}

/** An id that no block of the mail has. */
export function freeId(blocks: readonly Block[], kind: Kind): string {
  const taken = new Set(everyBlock(blocks).map(({ id }) => id));
  for (let number = 1; ; number += 1) {
    const id = `${kind}-${number}`;
    if (!taken.has(id)) return id;
  }
}

export function blankBlock(blocks: readonly Block[], kind: Kind): Block {
  return structuredClone({ id: freeId(blocks, kind), kind, ...EMPTY[kind] }) as Block;
}

/** The blocks with one of them put before the place that another has. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const next = [...items];
  const [item] = next.splice(from, 1);
  if (item === undefined) return next;
  next.splice(to, 0, item);
  return next;
}

/** A copy of a block right behind it, with ids of its own. */
export function duplicated(blocks: readonly Block[], index: number): Block[] {
  const block = blocks[index];
  if (!block) return [...blocks];
  const copy = structuredClone(block);
  const known = [...blocks];
  copy.id = freeId(known, copy.kind);
  known.push(copy);
  if (copy.kind === 'columns') {
    for (const inner of copy.columns.flat()) {
      inner.id = freeId(known, inner.kind);
      known.push(inner as Block);
    }
  }
  return [...blocks.slice(0, index + 1), copy, ...blocks.slice(index + 1)];
}

export const replaced = (blocks: readonly Block[], block: Block): Block[] =>
  blocks.map((one) => (one.id === block.id ? block : one));

/** What a rich text says in one line: paragraphs apart, without the tags of conditions. */
function wordsOf(html: string): string {
  const apart = html.replace(/<\/(p|li|h\d)>|<br\s*\/?>/gi, ' $&').replace(/\{%[^%]*%\}/g, ' ');
  const { textContent } = new DOMParser().parseFromString(apart, 'text/html').body;
  return (textContent ?? '').replace(/\s+/g, ' ').trim();
}

/** The first words of a block, for lists. */
export function excerpt(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return block.text ?? '';
    case 'text':
      return wordsOf(block.html ?? '');
    case 'button':
      return block.label ?? '';
    case 'image':
      return block.alt || block.src || '';
    case 'product':
      return block.title ?? '';
    case 'footer':
      return block.text ?? '';
    case 'social':
      return (block.links ?? []).map(({ network }) => network).join(', ');
    default:
      return '';
  }
}

/** A language's text as the beginning of another one. */
export function withLanguage(content: Content, language: string, from: string): Content {
  return withText(content, language, structuredClone(textOf(content, from)));
}

export function withoutLanguage(content: Content, language: string): Content {
  const { [language]: _, ...languages } = content.languages ?? {};
  const [first = 'en'] = Object.keys(languages);
  const kept = content.default_language === language ? first : content.default_language;
  return { ...content, languages, default_language: kept ?? first };
}
