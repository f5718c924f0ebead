/** Shows booking pages inside other people's pages: in a container, or in a dialog over it. Nothing else is touched. */

export {};

const script = document.currentScript as HTMLScriptElement;
const origin = new URL(script.src).origin;
/** What an attribute of the host page becomes in the address of the booking page. */
const OPTIONS: Record<string, string> = {
  name: 'name',
  email: 'email',
  phone: 'phone',
  lang: 'lang',
  theme: 'theme',
  date: 'date',
  timeZone: 'tz',
};

type Options = Record<string, string | undefined>;

/** `data-name`, `data-answer-company-size` … of an element as options. */
function optionsOf(element: HTMLElement): Options {
  return { ...element.dataset };
}

function frame(link: string, options: Options, place: 'inline' | 'popup'): HTMLIFrameElement {
  const address = new URL(`/book/${link.replace(/^\/+/, '')}`, origin);
  address.searchParams.set('embed', place);
  const campaign = new URLSearchParams(location.search).get('utm_campaign');
  if (campaign) address.searchParams.set('utm_campaign', campaign);
  for (const [name, value] of Object.entries(options)) {
    const answer = /^answer([A-Z]\w*)$/.exec(name)?.[1];
    const known = answer
      ? `answers.${answer.replace(/[A-Z]/g, (letter, at) => (at ? '_' : '') + letter.toLowerCase())}`
      : OPTIONS[name];
    if (known && value) address.searchParams.set(known, value);
  }
  const made = document.createElement('iframe');
  made.src = address.href;
  made.title = options.title || 'Booking';
  made.allow = 'clipboard-write';
  Object.assign(made.style, {
    display: 'block',
    width: '100%',
    height: '600px',
    border: '0',
    colorScheme: 'normal',
  });
  return made;
}

/** Listen to the page in a frame: its height, what was booked, and Escape pressed inside. */
function listen(made: HTMLIFrameElement, host: EventTarget, close?: () => void): void {
  const hear = (event: MessageEvent) => {
    if (!made.isConnected) {
      removeEventListener('message', hear);
      return;
    }
    if (event.origin !== origin || event.source !== made.contentWindow) return;
    const { type, height, detail } = event.data ?? {};
    if (type === 'tradewind:height' && height > 0) {
      // A dialog grows as far as the window lets it.
      made.style.height = close ? `min(${height}px, calc(100vh - 24px))` : `${height}px`;
    } else if (type === 'tradewind:close') close?.();
    else if (/^tradewind:(booked|moved|cancelled)$/.test(type)) {
      host.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
    }
  };
  addEventListener('message', hear);
}

/** Put the page into a container. */
function inline(container: HTMLElement): void {
  const link = container.dataset.tradewindInline;
  if (!link || container.querySelector('iframe')) return;
  const made = frame(link, optionsOf(container), 'inline');
  container.replaceChildren(made);
  listen(made, container);
}

/** Open the page in a dialog. The browser keeps the focus inside and gives it back. */
function open(link: string, options: Options = {}, host: EventTarget = document): void {
  const dialog = document.createElement('dialog');
  const made = frame(link, options, 'popup');
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = '×';
  close.setAttribute('aria-label', options.closeLabel || 'Close');
  dialog.setAttribute('aria-label', made.title);
  Object.assign(dialog.style, {
    width: 'min(1060px, calc(100vw - 24px))',
    maxWidth: 'none',
    maxHeight: 'none',
    padding: '0',
    border: '0',
    borderRadius: '12px',
    overflow: 'hidden',
    boxShadow: '0 0 0 100vmax rgb(0 0 0 / 45%)',
    background: 'transparent',
  });
  Object.assign(close.style, {
    position: 'absolute',
    top: '8px',
    insetInlineEnd: '8px',
    width: '36px',
    height: '36px',
    border: '0',
    borderRadius: '50%',
    background: 'rgb(17 24 39 / 75%)',
    color: '#fff',
    font: '22px/36px system-ui',
    cursor: 'pointer',
  });
  close.onclick = () => dialog.close();
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  dialog.onclose = () => dialog.remove();
  dialog.append(made, close);
  document.body.append(dialog);
  listen(made, host, () => dialog.close());
  dialog.showModal();
}

/** Fill the containers that are there; to be called again for those that come later. */
function scan(): void {
  for (const container of document.querySelectorAll<HTMLElement>('[data-tradewind-inline]')) {
    inline(container);
  }
}

document.addEventListener('click', (event) => {
  const opener = (event.target as Element | null)?.closest?.<HTMLElement>('[data-tradewind-popup]');
  if (!opener || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  open(opener.dataset.tradewindPopup ?? '', optionsOf(opener), opener);
});
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', scan);
else scan();

(window as unknown as { tradewindBooking: unknown }).tradewindBooking = { open, scan };
