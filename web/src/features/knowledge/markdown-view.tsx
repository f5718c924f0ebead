import { lexer, type Token, type Tokens } from 'marked';
import { createElement, Fragment, type ReactNode } from 'react';
import classes from './knowledge.module.css';

// Tokens become elements one by one: HTML in a text is shown as the text it is, and never run.
const element = (tag: string, children: ReactNode[], props: object | null = null) =>
  createElement(tag, props, ...children);
const joined = (children: ReactNode[]) => createElement(Fragment, null, ...children);

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const plain = (token: Token) => {
  const text = 'text' in token && typeof token.text === 'string' ? token.text : token.raw;
  if (token.type === 'escape' || token.type === 'html') return text;
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);
};

const inline = (tokens: Token[] | undefined): ReactNode[] =>
  (tokens ?? []).map((token) => {
    const inner = 'tokens' in token && token.tokens ? inline(token.tokens) : [plain(token)];
    switch (token.type) {
      case 'strong':
      case 'em':
      case 'del':
        return element(token.type, inner);
      case 'codespan':
        return element('code', [plain(token)]);
      case 'br':
        return element('br', []);
      case 'link': {
        const { href } = token as Tokens.Link;
        if (!/^(https?:|mailto:)/.test(href)) return joined(inner);
        return element('a', inner, { href, target: '_blank', rel: 'noreferrer nofollow' });
      }
      default:
        return joined(inner);
    }
  });

function block(token: Token): ReactNode {
  switch (token.type) {
    case 'heading':
      // The page has its one first heading already.
      return element(`h${Math.min(6, token.depth + 1)}`, inline(token.tokens));
    case 'paragraph':
      return element('p', inline(token.tokens));
    case 'text':
      return token.tokens ? joined(inline(token.tokens)) : plain(token);
    case 'list': {
      const { ordered, items } = token as Tokens.List;
      return element(
        ordered ? 'ol' : 'ul',
        items.map((item) => element('li', item.tokens.map(block))),
      );
    }
    case 'code':
      return element('pre', [element('code', [(token as Tokens.Code).text])]);
    case 'blockquote':
      return element('blockquote', (token as Tokens.Blockquote).tokens.map(block));
    case 'hr':
      return element('hr', []);
    case 'table': {
      const { header, rows } = token as Tokens.Table;
      const row = (cells: Tokens.TableCell[], tag: string) =>
        element(
          'tr',
          cells.map((cell) =>
            element(tag, inline(cell.tokens), tag === 'th' ? { scope: 'col' } : null),
          ),
        );
      const table = [
        element('thead', [row(header, 'th')]),
        element(
          'tbody',
          rows.map((cells) => row(cells, 'td')),
        ),
      ];
      // A wide table scrolls, which must work by keyboard too.
      return element('div', [element('table', table)], { className: classes.wide, tabIndex: 0 });
    }
    case 'space':
    case 'def':
      return null;
    default:
      return element('p', [token.raw]);
  }
}

/** Markdown as it reads. */
export default function MarkdownView({ text }: { text: string }) {
  return <div className={classes.prose}>{joined(lexer(text).map(block))}</div>;
}
