import './docs.css';
import { watchColours } from './colours';
import { cleanUp, element, escapeHtml } from './dom';
import { errorsPage } from './errors-page';

type Guide = { name: string; title: string };

const FOLDER = '../../../docs/guides';
const guides = Object.values(
  import.meta.glob<Guide>('../../../docs/guides/*.md', {
    eager: true,
    query: '?head',
    import: 'default',
  }),
);
const texts = import.meta.glob<string>('../../../docs/guides/*.md', { import: 'default' });
/** Order of the side bar; what is not named here follows by title. */
const FIRST = [
  'first-day',
  'api',
  'filters',
  'conditions',
  'python-client',
  'typescript-client',
  'api-keys',
];
const rank = (guide: Guide) => {
  const place = FIRST.indexOf(guide.name);
  return place < 0 ? FIRST.length : place;
};
guides.sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
const shortTitle = (title: string) => title.replace(/`/g, '').split(': ')[0] ?? title;

const path = location.pathname.replace(/\/+$/, '');
const root = document.getElementById('docs') as HTMLElement;

function link(href: string, text: string): string {
  const current = href === path ? ' aria-current="page"' : '';
  return `<li><a href="${href}"${current}>${escapeHtml(text)}</a></li>`;
}

root.innerHTML = `
<a class="skip" href="#content">Skip to content</a>
<header>
  <button type="button" id="menu" aria-expanded="false" aria-controls="side" aria-label="Contents">☰</button>
  <a class="brand" href="/docs"><img src="/icons/mark.svg" alt="" width="24" height="24" />Tradewind <span>API</span></a>
  <span class="gap"></span>
  <a class="quiet" href="/api/v1/openapi.json" download="tradewind-openapi.json">OpenAPI document</a>
  <button type="button" id="colours" aria-label="Light or dark"></button>
  <a class="button" href="/">Open<span> Tradewind</span></a>
</header>
<nav id="side" aria-label="Documentation">
  <h2>Guides</h2>
  <ul>${guides.map((guide) => link(`/docs/guides/${guide.name}`, shortTitle(guide.title))).join('')}
  ${link('/docs/errors', 'Error codes')}</ul>
  <h2>Reference</h2>
  <ul id="groups">${link('/docs', 'All operations')}</ul>
</nav>
<main id="content" tabindex="-1"></main>`;

const content = element('content');
const menu = element('menu');
menu.addEventListener('click', () => {
  const open = document.body.classList.toggle('menu-open');
  menu.setAttribute('aria-expanded', String(open));
});
element('side').addEventListener('click', (event) => {
  if ((event.target as HTMLElement).closest('a')) document.body.classList.remove('menu-open');
});
watchColours(element('colours'));

async function show() {
  if (path === '/docs') {
    document.title = 'API reference · Tradewind';
    const { showReference } = await import('./reference');
    await showReference(content, element('groups'));
    return;
  }
  if (path === '/docs/errors') {
    document.title = 'Error codes · Tradewind API';
    await errorsPage(content);
    return;
  }
  const guide = guides.find((each) => path === `/docs/guides/${each.name}`);
  document.title = guide ? `${shortTitle(guide.title)} · Tradewind` : 'Not found · Tradewind';
  const html = guide && (await texts[`${FOLDER}/${guide.name}.md`]?.());
  content.innerHTML = html
    ? `<article>${html}</article>`
    : '<article><h1>There is no such page</h1><p><a href="/docs">Go to the API reference</a></p></article>';
  cleanUp(content);
}

show().catch(() => {
  content.innerHTML =
    '<article><h1>This page could not be loaded</h1><p>The server did not answer. <a href="">Try again</a>.</p></article>';
});
