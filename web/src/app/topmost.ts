const DIALOGS = '[role="dialog"][aria-modal="true"]';
const CLOSE = '.mantine-Modal-close, .mantine-Drawer-close';

/** Of several dialogs over each other, Escape closes the topmost; the kit would close them all. */
export function closeTopmostOnEscape(): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || event.isComposing) return;
      const target = event.target as Element;
      // The topmost one holds the focus.
      const close = target.closest(DIALOGS)?.querySelector<HTMLElement>(CLOSE);
      // An open list of choices inside of it goes first, as with a single dialog.
      const list = target.getAttribute('data-mantine-stop-propagation');
      if (!close || list === 'true' || document.querySelectorAll(DIALOGS).length < 2) return;
      event.stopImmediatePropagation();
      close.click();
    },
    true,
  );
}
