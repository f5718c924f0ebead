/** The pages of the settings by area: address, name and the right they need. */
export const areas = [
  {
    label: 'area.you',
    pages: [
      { to: '/settings/profile', label: 'profile.title' },
      { to: '/settings/security', label: 'security.title' },
      { to: '/settings/calendars', label: 'calendars', permission: 'meetings:write' },
      { to: '/settings/assistants', label: 'assistants' },
    ],
  },
  {
    label: 'area.organisation',
    pages: [
      { to: '/settings/organisation', label: 'area.general', permission: 'organisation:read' },
      { to: '/settings/team', label: 'team.title', permission: 'members:read' },
      { to: '/settings/teams', label: 'teams.title', permission: 'members:read' },
      { to: '/settings/roles', label: 'roles.title', permission: 'members:read' },
    ],
  },
  {
    label: 'area.sales',
    pages: [
      { to: '/settings/fields', label: 'fields.title', permission: 'leads:read' },
      { to: '/settings/pipelines', label: 'pipelines.title', permission: 'deals:read' },
      { to: '/settings/routing', label: 'routing.title', permission: 'leads:read' },
      { to: '/settings/tags', label: 'tags.title', permission: 'leads:read' },
      { to: '/settings/inbox', label: 'inbox', permission: 'conversations:read' },
    ],
  },
  {
    label: 'area.campaigns',
    pages: [
      { to: '/settings/privacy', label: 'privacy', permission: 'privacy:read' },
      { to: '/settings/guardrails', label: 'guardrails', permission: 'sending:read' },
      { to: '/settings/email', label: 'email', permission: 'email:read' },
    ],
  },
  {
    label: 'area.ai',
    pages: [
      { to: '/settings/ai', exact: true, label: 'ai.models', permission: 'ai:read' },
      { to: '/settings/ai/usage', label: 'ai.usage', permission: 'ai:read' },
      { to: '/settings/prompts', label: 'ai.prompts', permission: 'ai:read' },
    ],
  },
  {
    label: 'area.access',
    pages: [
      { to: '/settings/single-sign-on', label: 'singleSignOn', permission: 'sso:write' },
      { to: '/settings/provisioning', label: 'provisioning.title', permission: 'members:write' },
      { to: '/settings/security-monitoring', label: 'monitoring', permission: 'security:read' },
      { to: '/settings/audit', label: 'audit.title', permission: 'audit:read' },
      { to: '/settings/data-map', label: 'dataMap.title', permission: 'organisation:read' },
    ],
  },
  {
    label: 'area.system',
    pages: [
      { to: '/settings/keys', label: 'keys.title', permission: 'keys:read' },
      { to: '/settings/webhooks', label: 'webhooks', permission: 'webhooks:read' },
      { to: '/settings/jobs', label: 'jobs.title', permission: 'jobs:read' },
      { to: '/settings/mail', label: 'mail.title', permission: 'mail:read' },
    ],
  },
] as const;
