/** What an editor holds against what somebody else saved meanwhile. */
export interface Text {
  title: string;
  content: string;
}

const paragraphs = (text: string) => text.split(/\n{2,}/).filter((part) => part.trim());

/** Both texts in one: theirs, with each paragraph of mine that theirs lacks after the one it followed. */
export function merged(mine: Text, theirs: Text): Text {
  const result = paragraphs(theirs.content);
  const known = new Set(result);
  let after = -1;
  for (const part of paragraphs(mine.content)) {
    const place = result.indexOf(part);
    if (place >= 0) {
      after = place;
    } else if (!known.has(part)) {
      after += 1;
      result.splice(after, 0, part);
      known.add(part);
    }
  }
  return { title: mine.title, content: result.join('\n\n') };
}
