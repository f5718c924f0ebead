export const VIEWS = ['desktop', 'mobile', 'text'] as const;
export type View = (typeof VIEWS)[number];

/** How and for whom a mail is shown. */
export interface Shown {
  view?: View | undefined;
  dark?: boolean | undefined;
  person?: string | undefined;
}
