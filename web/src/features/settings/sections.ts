/** The pages of the settings: address, name and the right they need. */
export const sections = [
  { to: '/settings/profile', label: 'profile.title' },
  { to: '/settings/security', label: 'security.title' },
  { to: '/settings/organisation', label: 'organisation.title', permission: 'organisation:read' },
  { to: '/settings/team', label: 'team.title', permission: 'members:read' },
  { to: '/settings/roles', label: 'roles.title', permission: 'members:read' },
  { to: '/settings/provisioning', label: 'provisioning.title', permission: 'members:write' },
  { to: '/settings/fields', label: 'fields.title', permission: 'leads:read' },
  { to: '/settings/pipelines', label: 'pipelines.title', permission: 'deals:read' },
  { to: '/settings/routing', label: 'routing.title', permission: 'leads:read' },
  { to: '/settings/tags', label: 'tags.title', permission: 'leads:read' },
  { to: '/settings/webhooks', label: 'webhooks', permission: 'webhooks:read' },
  { to: '/settings/keys', label: 'keys.title', permission: 'keys:read' },
  { to: '/settings/audit', label: 'audit.title', permission: 'audit:read' },
  { to: '/settings/jobs', label: 'jobs.title', permission: 'jobs:read' },
  { to: '/settings/mail', label: 'mail.title', permission: 'mail:read' },
] as const;
