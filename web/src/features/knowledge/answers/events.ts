/** One server-sent event. */
export interface StreamEvent {
  name: string;
  data: unknown;
}

/** Takes the whole events off the front of `buffer`; returns them and what is left. */
export function takeEvents(buffer: string): [StreamEvent[], string] {
  const parts = buffer.split('\n\n');
  const rest = parts.pop() ?? '';
  const events = parts.map((part) => {
    const lines = part.split('\n');
    const field = (name: string) =>
      lines
        .filter((line) => line.startsWith(`${name}: `))
        .map((line) => line.slice(name.length + 2))
        .join('\n');
    return { name: field('event'), data: JSON.parse(field('data')) as unknown };
  });
  return [events, rest];
}

/** A piece of an answer's text: words, or the mark of a source. */
export type TextPart = { text: string } | { source: number };

/** The lines of an answer, each in parts; a mark that no citation has stays text. */
export function textParts(text: string, known: ReadonlySet<number>): TextPart[][] {
  return text.split('\n').map((line) =>
    line.split(/(\[\d{1,2}\])/).flatMap((part): TextPart[] => {
      const number = Number(/^\[(\d{1,2})\]$/.exec(part)?.[1]);
      if (known.has(number)) return [{ source: number }];
      return part ? [{ text: part }] : [];
    }),
  );
}
