import { basename } from 'node:path';
import { marked } from 'marked';
import type { Plugin } from 'vite';

const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/<[^>]+>|[`“”’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

const renderer = {
  heading({ tokens, depth }: { tokens: never[]; depth: number }): string {
    // biome-ignore lint/suspicious/noExplicitAny: the library's renderer is bound at run time
    const inner = (this as any).parser.parseInline(tokens) as string;
    return `<h${depth} id="${slug(inner)}">${inner}</h${depth}>\n`;
  },
  link({ href, tokens }: { href: string; tokens: never[] }): string {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const inner = (this as any).parser.parseInline(tokens) as string;
    const local = /^([a-z0-9-]+)\.md(#.*)?$/.exec(href);
    const target = local ? `/docs/guides/${local[1]}${local[2] ?? ''}` : href;
    // Pages of the repository that are no guides are not served by the product.
    return /^\.\.?\//.test(target) ? inner : `<a href="${target}">${inner}</a>`;
  },
};

/** Turns an imported `docs/guides/x.md` into HTML while building, and `x.md?head` into `{ name, title }`. */
export function guides(): Plugin {
  marked.use({ renderer } as never);
  return {
    name: 'tradewind-guides',
    enforce: 'pre',
    transform(source, id) {
      const [file = '', query] = id.split('?');
      if (!file.endsWith('.md')) return;
      if (query === 'head') {
        const name = basename(file, '.md');
        const title = /^# (.+)$/m.exec(source)?.[1] ?? name;
        return { code: `export default ${JSON.stringify({ name, title })}`, map: null };
      }
      const html = (marked.parse(source, { async: false }) as string)
        .replaceAll('<table>', '<div class="table" tabindex="0"><table>')
        .replaceAll('</table>', '</table></div>')
        .replaceAll('<pre>', '<pre tabindex="0">');
      return { code: `export default ${JSON.stringify(html)}`, map: null };
    },
  };
}
