import './reference.css';
import styles from 'swagger-ui-dist/swagger-ui.css?raw';
import { element, escapeHtml } from './dom';
import { documentOf, type OpenApi, operationsOf } from './operations';

type Sent = { url: string; method?: string; headers: Record<string, string> };

function cookie(name: string): string | undefined {
  return document.cookie
    .split('; ')
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

/** With the session of the web app, a change needs the CSRF token beside the cookie. */
function withSession(request: Sent): Sent {
  const keyed = Object.keys(request.headers ?? {}).some((name) =>
    /^(authorization|x-api-key|x-tradewind-key)$/i.test(name),
  );
  const own = new URL(request.url, location.href).origin === location.origin;
  const token = cookie('tw_csrf');
  if (own && !keyed && token && !/^(GET|HEAD)$/i.test(request.method ?? 'GET')) {
    request.headers['X-CSRF-Token'] = token;
  }
  return request;
}

/** As text: the build's own CSS steps stumble over a word in this file. */
function addStyles(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

function listOf(document_: OpenApi): string {
  const row = (
    tag: string,
    { method, path, summary, id }: ReturnType<typeof operationsOf>[number],
  ) =>
    `<li data-words="${escapeHtml(`${method} ${path} ${summary} ${tag}`.toLowerCase())}">
<a href="${address(tag, id)}"><b class="${method}">${method.toUpperCase()}</b><code>${escapeHtml(path)}</code>
<span>${escapeHtml(summary)}</span></a></li>`;
  return document_.tags
    .map(({ name, description = '' }) => {
      const rows = operationsOf(document_, name).map((operation) => row(name, operation));
      return `<section><h2><a href="${address(name)}">${escapeHtml(name)}</a></h2>
<p>${escapeHtml(description)}</p><ul>${rows.join('')}</ul></section>`;
    })
    .join('');
}

/** Hides the operations without all the words, and groups that have none left. */
function find(list: HTMLElement, typed: string): void {
  const words = typed.toLowerCase().split(/\s+/);
  for (const section of list.querySelectorAll('section')) {
    let left = 0;
    for (const row of section.querySelectorAll('li')) {
      row.hidden = !words.every((word) => row.dataset.words?.includes(word));
      if (!row.hidden) left += 1;
    }
    section.hidden = left === 0;
  }
  element('none').hidden = list.querySelector('section:not([hidden])') !== null;
}

// biome-ignore lint/suspicious/noExplicitAny: the library brings no types.
let shown: any;

async function draw(document_: OpenApi, tag: string, domNode: HTMLElement): Promise<void> {
  const { default: SwaggerUI } = await import('swagger-ui-dist/swagger-ui-es-bundle.js');
  // Another group may have been chosen meanwhile.
  if (!domNode.isConnected) return;
  // A key that was entered is good for the next group, too; it is kept nowhere but here.
  const authorized = shown?.getSystem().authSelectors.authorized()?.toJS();
  shown = SwaggerUI({
    onComplete: () =>
      authorized && shown?.getSystem().authActions.restoreAuthorization({ authorized }),
    spec: documentOf(document_, tag),
    domNode,
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: -1,
    defaultModelExpandDepth: 2,
    tryItOutEnabled: true,
    withCredentials: true,
    displayRequestDuration: true,
    showMutatedRequest: false,
    requestSnippetsEnabled: true,
    validatorUrl: null,
    requestInterceptor: withSession,
  });
}

const address = (tag: string, operation = '') =>
  `/docs#/${encodeURIComponent(tag)}${operation && `/${encodeURIComponent(operation)}`}`;
const chosenTag = () => decodeURIComponent(location.hash.split('/')[1] ?? '').replaceAll('_', ' ');

/** The list of all operations, or one group of them to be tried; the groups stand in the side bar, too. */
export async function showReference(content: HTMLElement, groups: HTMLElement): Promise<void> {
  content.innerHTML = '<p class="loading" role="status">Loading the reference…</p>';
  const answer = await fetch('/api/v1/openapi.json');
  if (!answer.ok) throw new Error(String(answer.status));
  const document_: OpenApi = await answer.json();
  content.innerHTML = `<div class="intro"><h1>API reference</h1>
<p>Choose an operation, fill in the example and press <b>Execute</b>: the request goes to this installation, as the person
who is signed in here. Press <b>Authorize</b> to use an API key instead. <a href="/docs/guides/api">How the API works</a></p></div>
<div id="operations"><label for="find">Find</label>
<input id="find" type="search" placeholder="Words of a path or a summary" autocomplete="off" />
<p id="none" role="status" hidden>No operation has all these words.</p>${listOf(document_)}</div>
<p id="back"><a href="/docs">← All operations</a></p>
<div id="reference"></div>`;
  addStyles();
  groups.insertAdjacentHTML(
    'beforeend',
    document_.tags
      .map(({ name }) => `<li><a href="${address(name)}">${escapeHtml(name)}</a></li>`)
      .join(''),
  );
  const list = element('operations');
  const reference = element('reference');
  const search = element('find') as HTMLInputElement;
  search.addEventListener('input', () => find(list, search.value));
  let drawn = '';
  const follow = () => {
    const tag = document_.tags.find(({ name }) => name === chosenTag())?.name ?? '';
    list.hidden = tag !== '';
    reference.hidden = tag === '';
    element('back').hidden = tag === '';
    for (const each of groups.querySelectorAll('a')) {
      const current = each.getAttribute('href') === (tag ? address(tag) : '/docs');
      current ? each.setAttribute('aria-current', 'page') : each.removeAttribute('aria-current');
    }
    if (tag && tag !== drawn) {
      reference.replaceChildren();
      const node = reference.appendChild(document.createElement('div'));
      void draw(document_, tag, node);
      scrollTo(0, 0);
    }
    drawn = tag;
  };
  addEventListener('hashchange', follow);
  follow();
}
