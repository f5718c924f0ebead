/** Address of a routing form's public page. */
export const formLink = (origin: string, organisation: string, slug: string): string =>
  `${origin}/book/${organisation}/forms/${slug}`;
