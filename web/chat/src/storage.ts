/** What this site's storage keeps for the chat; where storage is blocked, memory does until the page is left. */
import type { Draft } from './types.ts';

/**
 * The token lies under `name`, and each draft under a name of its own: two tabs that write at once would otherwise
 * write over each other's.
 */
export class Storage {
  private memory: string | null = null;
  private readonly unkept = new Map<string, Draft>();

  constructor(
    private readonly name: string,
    /** Told when another tab has changed what is kept. */
    changed: () => void,
  ) {
    addEventListener('storage', (event) => {
      if (event.key === null || event.key.startsWith(name)) changed();
    });
  }

  get token(): string | null {
    try {
      const found = localStorage.getItem(this.name);
      return found ? ((JSON.parse(found) as { token?: string }).token ?? null) : null;
    } catch {
      return this.memory;
    }
  }

  set token(token: string | null) {
    this.memory = token;
    try {
      localStorage.setItem(this.name, JSON.stringify({ token }));
    } catch {
      // Blocked or full: memory has it.
    }
  }

  /** What is written but not acknowledged, in the order it was written. */
  outbox(): Draft[] {
    const found = [...this.unkept.values()];
    try {
      for (const name of Object.keys(localStorage)) {
        const draft = name.startsWith(this.place('')) && localStorage.getItem(name);
        if (draft) found.push(JSON.parse(draft) as Draft);
      }
    } catch {
      // Blocked: memory has it.
    }
    return found.sort((one, other) => (one.at < other.at ? -1 : 1));
  }

  put(draft: Draft): void {
    try {
      localStorage.setItem(this.place(draft.key), JSON.stringify(draft));
      this.unkept.delete(draft.key);
    } catch {
      this.unkept.set(draft.key, draft);
    }
  }

  drop(key: string): void {
    this.unkept.delete(key);
    try {
      localStorage.removeItem(this.place(key));
    } catch {
      // Blocked: nothing was kept.
    }
  }

  /** Whether the chat stands open in this tab, for the next page of the site. */
  get open(): boolean {
    try {
      return sessionStorage.getItem(`${this.name}_open`) !== null;
    } catch {
      return false;
    }
  }

  set open(open: boolean) {
    try {
      if (open) sessionStorage.setItem(`${this.name}_open`, '1');
      else sessionStorage.removeItem(`${this.name}_open`);
    } catch {
      // Blocked: the next page begins with the button.
    }
  }

  forget(): void {
    this.memory = null;
    this.open = false;
    for (const draft of this.outbox()) this.drop(draft.key);
    try {
      localStorage.removeItem(this.name);
    } catch {
      // Blocked: nothing was kept.
    }
  }

  private place(key: string): string {
    return `${this.name}_draft_${key}`;
  }
}

/** One tab at a time; where tabs cannot be told apart, the server's keys keep things from happening twice. */
export async function alone<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}

/** A random key, also where crypto.randomUUID is missing (plain http). */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) =>
    part.toString(36).padStart(7, '0'),
  ).join('');
}
