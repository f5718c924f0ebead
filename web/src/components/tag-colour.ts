const COLOURS: Record<string, string> = {
  grey: 'gray',
  red: 'red',
  orange: 'orange',
  yellow: 'yellow',
  green: 'green',
  teal: 'teal',
  blue: 'blue',
  purple: 'violet',
  pink: 'pink',
};

/** Colour of the kit for a tag's colour as the server names it. */
export function tagColour(name: string | undefined): string {
  return COLOURS[name ?? ''] ?? 'gray';
}
