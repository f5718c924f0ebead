import { escapeHtml } from './dom';

type ErrorCode = { code: string; status: number; title: string; meaning: string };

const inline = (text: string) =>
  escapeHtml(text).replace(/`([^`]+)`/g, (_, code: string) => `<code>${code}</code>`);

/** The table of all error codes, as the running server knows them. */
export async function errorsPage(content: HTMLElement): Promise<void> {
  content.innerHTML = '<article><h1>Error codes</h1><p role="status">Loading…</p></article>';
  const answer = await fetch('/api/v1/openapi.json');
  if (!answer.ok) throw new Error(String(answer.status));
  const codes = ((await answer.json()) as { 'x-errors': ErrorCode[] })['x-errors'];
  const row = (each: ErrorCode) =>
    `<tr><td><code>${escapeHtml(each.code)}</code></td><td>${each.status}</td><td>${inline(each.title)}` +
    `${each.meaning ? `<br><small>${inline(each.meaning)}</small>` : ''}</td></tr>`;
  content.innerHTML = `<article><h1>Error codes</h1>
<p>Every failure answers with <code>application/problem+json</code> (RFC 9457). Programs decide by <code>code</code>,
which never changes its meaning; <code>detail</code> is for people. “…” stands for a part made at run time.</p>
<label class="search">Find <input type="search" id="find" placeholder="code or words" autocomplete="off" /></label>
<div class="table" tabindex="0"><table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead>
<tbody>${codes.map(row).join('')}</tbody></table></div><p id="none" role="status" hidden>No code has these words.</p></article>`;
  const rows = [...content.querySelectorAll<HTMLTableRowElement>('tbody tr')];
  const none = content.querySelector<HTMLElement>('#none');
  content.querySelector('#find')?.addEventListener('input', (event) => {
    const words = (event.target as HTMLInputElement).value.toLowerCase();
    for (const each of rows) each.hidden = !each.textContent?.toLowerCase().includes(words);
    if (none) none.hidden = rows.some((each) => !each.hidden);
  });
}
