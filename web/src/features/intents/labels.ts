/** A label for programs made of what a person typed: "Delivery time?" is delivery_time. */
export function labelOf(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60);
}

/** Like a label, and it begins with a letter. */
export function keyOf(words: string): string {
  return labelOf(words)
    .replace(/^[0-9_]+/, '')
    .slice(0, 40);
}

/** Lines of a text that say something. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
