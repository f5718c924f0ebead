/** Pages that share the row of tabs, in its order; one whose route does not exist is left out. */
export const TABS = [
  { to: '/knowledge', label: 'tabs.library' },
  { to: '/knowledge/test', label: 'tabs.test' },
  { to: '/knowledge/questions', label: 'tabs.questions' },
  { to: '/knowledge/issues', label: 'tabs.issues' },
] as const;
