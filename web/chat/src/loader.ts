/** The button in a corner of somebody else's page. It stores nothing; the chat itself is fetched when it is wanted. */
import type { Boot, Config, Controls } from './types.ts';

declare const __CHAT__: string;

type Name = keyof Controls;
type Call = [Name, ...never[]];

const NAMES: Name[] = ['open', 'close', 'identify', 'logout', 'consent'];
const LABELS: Record<string, string> = {
  en: 'Open chat',
  de: 'Chat öffnen',
  es: 'Abrir el chat',
  fr: 'Ouvrir le chat',
  it: 'Apri la chat',
  pt: 'Abrir a conversa',
  nl: 'Chat openen',
  pl: 'Otwórz czat',
  ar: 'فتح المحادثة',
};
const STYLE = `:host{all:initial;position:fixed;z-index:2147483000;inset-block-end:20px;inset-inline-end:20px}
:host([data-position=start]){inset-inline:20px auto}
@media print{:host{display:none}}
.launch{all:unset;box-sizing:border-box;display:grid;place-items:center;inline-size:52px;block-size:52px;border-radius:50%;cursor:pointer;position:relative;background:var(--light-accent);color:var(--light-on-accent);box-shadow:0 2px 12px rgb(0 0 0/.25)}
.launch:focus-visible{outline:3px solid var(--light-accent);outline-offset:3px}
.launch svg{inline-size:26px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.launch[data-unread]::after{content:attr(data-unread);position:absolute;inset-block-start:-4px;inset-inline-end:-4px;min-inline-size:20px;box-sizing:border-box;padding:0 5px;border-radius:10px;background:#dc2626;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center}`;

function drawing(): SVGElement {
  // Element by element: pages may forbid markup from text.
  const made = (name: string, facts: Record<string, string>): SVGElement => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name) as SVGElement;
    for (const fact in facts) element.setAttribute(fact, facts[fact] as string);
    return element;
  };
  const svg = made('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' });
  svg.append(
    made('path', { d: 'M20 11.5a7.5 7.5 0 0 1-11 6.6L4 20l1.9-5A7.5 7.5 0 1 1 20 11.5z' }),
  );
  return svg;
}

function begin(tag: HTMLScriptElement, key: string): void {
  const page = window as unknown as { tradewindChat?: unknown };
  const { origin } = new URL(tag.dataset.host ?? tag.src);
  const said = page.tradewindChat;
  // Included twice: nothing to do.
  if (said && !Array.isArray(said)) return;
  let told: (config: Config) => void;
  const configured = new Promise<Config>((resolve) => {
    told = resolve;
  });
  let boot: Boot;
  let mounted: Promise<Controls> | undefined;
  const chat = async (): Promise<Controls> => {
    await configured;
    mounted ??= (
      import(/* @vite-ignore */ origin + __CHAT__) as Promise<{
        mount(boot: Boot): Controls;
      }>
    ).then(
      (module) => module.mount(boot),
      (failure) => {
        // Offline just now: the next call tries again.
        mounted = undefined;
        throw failure;
      },
    );
    return mounted;
  };
  const call = ([name, ...given]: Call): void => {
    chat().then(
      (controls) => (controls[name] as ((...given: never[]) => void) | undefined)?.(...given),
      () => undefined,
    );
  };
  page.tradewindChat = Object.fromEntries([
    ['push', call],
    ...NAMES.map((name) => [name, (...given: never[]) => call([name, ...given])]),
  ]);
  if (said) for (const one of said as Call[]) call(one);

  const draw = (config: Config): void => {
    const host = document.createElement('tradewind-chat');
    host.dataset.position = config.position;
    host.lang = config.language;
    host.dir = config.language === 'ar' ? 'rtl' : 'ltr';
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    for (const [scheme, colours] of Object.entries(config.colours)) {
      for (const name in colours) {
        host.style.setProperty(`--${scheme}-${name}`, colours[name] as string);
      }
    }
    const launcher = document.createElement('button');
    launcher.type = 'button';
    launcher.className = 'launch';
    launcher.ariaLabel = LABELS[config.language] ?? (LABELS.en as string);
    launcher.ariaExpanded = 'false';
    launcher.append(drawing());
    launcher.onclick = () => call([launcher.ariaExpanded === 'true' ? 'close' : 'open']);
    root.append(launcher);
    document.body.append(host);
    boot = { origin, key, config, host, root, launcher };
    told(config);
    // Somebody who has talked before sees whether there is news.
    try {
      if (localStorage.getItem(`tw_chat_${key}`)) chat().catch(() => undefined);
    } catch {
      // Storage is blocked: then there is nothing to go on with.
    }
  };

  const language = tag.dataset.language ?? navigator.language;
  fetch(`${origin}/api/v1/chat/${key}?language=${encodeURIComponent(language)}`, {
    credentials: 'omit',
  })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then((config: Config) => {
      if (document.body) draw(config);
      else addEventListener('DOMContentLoaded', () => draw(config));
    })
    // Switched off, another site, or offline: the page goes on without.
    .catch(() => undefined);
}

// A tag of its own, or imported by the website snippet, whose tag then names the chat.
const own = document.currentScript as HTMLScriptElement | null;
const tag = own ?? document.querySelector<HTMLScriptElement>('script[data-chat]');
const key = own ? own.dataset.key : tag?.dataset.chat;
if (tag && key) begin(tag, key);
