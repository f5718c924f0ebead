/** A canned reply as the menu needs it. */
export interface Canned {
  shortcut: string;
  title: string;
  text: string;
}

/** The word after a "/" that begins the text or follows a space, up to the cursor. */
export function slashWord(
  text: string,
  cursor: number,
): { from: number; word: string } | undefined {
  const found = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u.exec(text.slice(0, cursor));
  if (!found) return undefined;
  const word = found[1] ?? '';
  return { from: cursor - word.length - 1, word };
}

/** The replies for a typed word: shortcuts that begin with it first, then those whose title has it. */
export function matching<Reply extends Canned>(replies: readonly Reply[], word: string): Reply[] {
  const wanted = word.toLowerCase();
  const begins = (reply: Reply) => reply.shortcut.toLowerCase().startsWith(wanted);
  const has = (reply: Reply) => reply.title.toLowerCase().includes(wanted);
  return [
    ...replies.filter(begins),
    ...replies.filter((reply) => !begins(reply) && has(reply)),
  ].slice(0, 8);
}

/** The text with the word replaced, and where the cursor then stands. */
export function inserted(
  text: string,
  at: { from: number; word: string },
  reply: string,
): { text: string; cursor: number } {
  const before = text.slice(0, at.from);
  const after = text.slice(at.from + at.word.length + 1);
  return { text: before + reply + after, cursor: before.length + reply.length };
}

const VARIABLE = /\{\{\s*([^{}|]*?)\s*(?:\|[^{}]*)?\}\}/g;

/** Names of the variables that still stand in a text, to be filled by hand. */
export function variablesOf(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((found) => found[1] ?? ''))];
}
