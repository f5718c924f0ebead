/** What the browser keeps: nothing breaks where storage is refused, as inside frames of other sites. */

function kept(storage: () => Storage) {
  return {
    read(key: string): string | null {
      try {
        return storage().getItem(`tradewind.${key}`);
      } catch {
        return null;
      }
    },
    write(key: string, value: string | null): void {
      try {
        if (value === null) storage().removeItem(`tradewind.${key}`);
        else storage().setItem(`tradewind.${key}`, value);
      } catch {
        // The visitor forbids it; the page works without.
      }
    },
  };
}

/** Choices for the next visit. */
export const habits = kept(() => localStorage);

/** What was typed, until the tab is closed. */
export const drafts = kept(() => sessionStorage);
