const DIALOGS = '[role="dialog"][aria-modal="true"]';
const CLOSE = '.mantine-Modal-close, .mantine-Drawer-close';

/** Of several dialogs over each other, Escape closes the topmost; the kit would close them all. */
export function closeTopmostOnEscape(): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || event.isComposing) return;
      const open = [...document.querySelectorAll(DIALOGS)];
      const close = open.at(-1)?.querySelector<HTMLElement>(CLOSE);
      // An open list of choices inside of it goes first, as with a single dialog.
      const list = (event.target as Element).getAttribute('data-mantine-stop-propagation');
      if (open.length < 2 || !close || list === 'true') return;
      event.stopImmediatePropagation();
      close.click();
    },
    true,
  );
}
