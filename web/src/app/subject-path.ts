const PAGES: Record<string, string> = {
  lead: '/leads',
  company: '/companies',
  deal: '/deals',
  segment: '/segments',
  journey: '/journeys',
  import: '/imports',
  source: '/sources',
  webhook_endpoint: '/settings/webhooks',
  knowledge_document: '/knowledge/documents',
  event_type: '/meetings/event-types',
};

// Told of one by one, shown all together.
const LISTS: Record<string, string> = {
  security_alert: '/settings/security-monitoring',
  knowledge: '/knowledge',
  meeting: '/meetings',
  availability: '/meetings/availability',
  knowledge_source: '/knowledge',
  ai_budget: '/settings/ai/usage',
  send_approval: '/settings/guardrails',
  calendar_connection: '/settings/calendars',
};

/** Address of the page that shows a record, by the type name the server uses; undefined when there is none. */
export function subjectPath(type: string | null | undefined, id: string | null | undefined) {
  const base = type ? PAGES[type] : undefined;
  if (type && type in LISTS) return LISTS[type];
  return base && id ? `${base}/${id}` : undefined;
}
