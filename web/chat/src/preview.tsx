/** @jsxImportSource preact */
/** The open chat as a picture: for whoever sets it up, with nothing behind it. */
import { render } from 'preact';
import { Chat } from './chat.ts';
import { Panel } from './panel.tsx';
import style from './style.css?inline';
import { loadTexts, t } from './texts.ts';
import type { Config, Message } from './types.ts';

/** Draw into a shadow root with these settings, anew each time it is called. */
export async function preview(root: ShadowRoot, config: Config, question: string): Promise<void> {
  await loadTexts(config.language);
  const host = root.host as HTMLElement;
  host.dir = config.language === 'ar' ? 'rtl' : 'ltr';
  host.lang = config.language;
  host.dataset.position = config.position;
  for (const [scheme, colours] of Object.entries(config.colours)) {
    for (const [name, value] of Object.entries(colours)) {
      host.style.setProperty(`--${scheme}-${name}`, value);
    }
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    `${style}.panel{position:static;inline-size:auto;block-size:520px;box-shadow:none;animation:none}`,
  );
  root.adoptedStyleSheets = [sheet];
  const stage = document.createElement('div');
  stage.className = 'stage';
  stage.dataset.theme = config.theme;
  root.replaceChildren(stage);
  const boot = { origin: '', key: 'preview', config, host, root, launcher: new Image() as never };
  const chat = new Chat(boot);
  chat.opened = true;
  chat.messages = config.consent ? [] : [asked(question)];
  render(<Panel chat={chat} still />, stage);
}

function asked(text: string): Message {
  return {
    id: 'preview',
    conversation_id: 'preview',
    sequence: 1,
    author: 'visitor',
    name: t('you'),
    kind: 'message',
    text,
    data: {},
    key: null,
    created_at: new Date().toISOString(),
    seen_at: null,
  };
}
