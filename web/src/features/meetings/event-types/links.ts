/** Address of a public booking page. */
export function bookingLink(origin: string, organisation: string, slug: string): string {
  return `${origin}/book/${organisation}/${slug}`;
}

/** What to paste into a page of one's own: the calendar in the page, or a button that opens it. */
export function embedCode(
  kind: 'inline' | 'popup',
  origin: string,
  organisation: string,
  slug: string,
  words: string,
): string {
  const script = `<script async src="${origin}/book/embed.js"></script>`;
  const text = words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const element =
    kind === 'inline'
      ? `<div data-tradewind-inline="${organisation}/${slug}"></div>`
      : `<button type="button" data-tradewind-popup="${organisation}/${slug}">${text}</button>`;
  return `${element}\n${script}`;
}
