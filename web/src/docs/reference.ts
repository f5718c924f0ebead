import './reference.css';
import styles from 'swagger-ui-dist/swagger-ui.css?raw';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import { escapeHtml } from './dom';

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

/** The reference of all operations, and their groups for the side bar. */
export async function showReference(content: HTMLElement, groups: HTMLElement): Promise<void> {
  content.innerHTML = '<p class="loading" role="status">Loading the reference…</p>';
  const answer = await fetch('/api/v1/openapi.json');
  if (!answer.ok) throw new Error(String(answer.status));
  const document_ = await answer.json();
  const tags = document_.tags as { name: string }[];
  content.innerHTML = `<div class="intro"><h1>API reference</h1>
<p>Choose an operation, fill in the example and press <b>Execute</b>: the request goes to this installation, as the person
who is signed in here. Press <b>Authorize</b> to use an API key instead. <a href="/docs/guides/api">How the API works</a></p></div>
<div id="reference"></div>`;
  addStyles();
  const ui = SwaggerUI({
    spec: document_,
    domNode: content.querySelector('#reference'),
    deepLinking: true,
    docExpansion: 'none',
    defaultModelsExpandDepth: -1,
    defaultModelExpandDepth: 2,
    filter: true,
    tryItOutEnabled: true,
    withCredentials: true,
    displayRequestDuration: true,
    showMutatedRequest: false,
    requestSnippetsEnabled: true,
    validatorUrl: null,
    requestInterceptor: withSession,
  });
  const anchor = (name: string) => name.replaceAll(' ', '_');
  groups.insertAdjacentHTML(
    'beforeend',
    tags
      .map(({ name }) => `<li><a href="#/${encodeURIComponent(name)}">${escapeHtml(name)}</a></li>`)
      .join(''),
  );
  groups.addEventListener('click', (event) => {
    const chosen = (event.target as HTMLElement).closest('a')?.getAttribute('href');
    if (!chosen?.startsWith('#/')) return;
    event.preventDefault();
    const name = decodeURIComponent(chosen.slice(2));
    for (const tag of tags) ui.layoutActions.show(['operations-tag', tag.name], tag.name === name);
    history.replaceState(null, '', chosen);
    requestAnimationFrame(() => {
      document.getElementById(`operations-tag-${anchor(name)}`)?.scrollIntoView({ block: 'start' });
    });
  });
}
