/** What this site's storage keeps for the chat; where storage is blocked, memory does until the page is left. */
import type { Draft } from './types.ts';

export interface Kept {
  token: string | null;
  /** Written but not acknowledged. */
  outbox: Draft[];
}

const NOTHING: Kept = { token: null, outbox: [] };

export class Storage {
  private memory: Kept = NOTHING;

  constructor(
    private readonly name: string,
    /** Told when another tab has changed what is kept. */
    changed: () => void,
  ) {
    addEventListener('storage', (event) => {
      if (event.key === name || event.key === null) changed();
    });
  }

  read(): Kept {
    try {
      const found = localStorage.getItem(this.name);
      return found ? { ...NOTHING, ...(JSON.parse(found) as Partial<Kept>) } : NOTHING;
    } catch {
      return this.memory;
    }
  }

  write(change: Partial<Kept>): void {
    this.memory = { ...this.read(), ...change };
    try {
      localStorage.setItem(this.name, JSON.stringify(this.memory));
    } catch {
      // Blocked or full: memory has it.
    }
  }

  forget(): void {
    this.memory = NOTHING;
    try {
      localStorage.removeItem(this.name);
    } catch {
      // Blocked: nothing was kept.
    }
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
