/** @jsxImportSource preact */
/** Entry of the chat: the loader calls `mount` when somebody wants to talk, or has talked before. */
import { render } from 'preact';
import { Chat } from './chat.ts';
import { Panel } from './panel.tsx';
import style from './style.css?inline';
import { loadTexts, t } from './texts.ts';
import type { Boot, Controls, SiteUser } from './types.ts';

export async function mount(boot: Boot): Promise<Controls> {
  await loadTexts(boot.config.language);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  boot.root.adoptedStyleSheets = [...boot.root.adoptedStyleSheets, sheet];
  const stage = document.createElement('div');
  stage.className = 'stage';
  stage.dataset.theme = boot.config.theme;
  boot.root.prepend(stage);
  const chat = new Chat(boot);
  const label = boot.launcher.ariaLabel ?? '';
  let was = false;
  chat.listen(() => {
    const { launcher } = boot;
    launcher.ariaExpanded = String(chat.opened);
    const unread = chat.opened ? 0 : chat.unread;
    if (unread) launcher.dataset.unread = unread > 9 ? '9+' : String(unread);
    else delete launcher.dataset.unread;
    launcher.ariaLabel = chat.opened ? t('close') : unread ? t('unread', { count: unread }) : label;
    boot.host.toggleAttribute('data-open', chat.opened);
    // Who closes it goes on from the button.
    if (was && !chat.opened) launcher.focus();
    was = chat.opened;
  });
  render(<Panel chat={chat} />, stage);
  void chat.resume();
  return {
    open: () => chat.open(),
    close: () => chat.set({ opened: false }),
    identify: (user: SiteUser) => chat.identify(user),
    logout: () => void chat.logout(),
    consent: (given: boolean) => void (given ? chat.agree() : chat.withdraw()),
  };
}
