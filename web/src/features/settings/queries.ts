import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import type { AuditSearch } from './search';

export type Session = Schema<'SessionRead'>;
export type Member = Schema<'MemberRead'>;
export type Invitation = Schema<'InvitationRead'>;
export type AuditEntry = Schema<'AuditRead'>;
export type JobRun = Schema<'JobRunRead'>;
export type DeadJob = Schema<'DeadJobRead'>;
export type SunkMail = Schema<'SunkMailRead'>;

export type ApiKey = Schema<'ApiKeyRead'>;

export const keysQuery = () => apiQuery<Schema<'ApiKeyList'>>('/api/v1/keys');
export const sessionsQuery = () => apiQuery<Session[]>('/api/v1/me/sessions');
export const organisationQuery = () => apiQuery<Schema<'OrganisationRead'>>('/api/v1/organisation');
export const organisationSecurityQuery = () =>
  apiQuery<Schema<'OrganisationSecurity'>>('/api/v1/organisation/security');
export const membersQuery = () => apiQuery<Schema<'MemberList'>>('/api/v1/members');
export const invitationsQuery = () => apiQuery<Schema<'InvitationList'>>('/api/v1/invitations');
export const rolesQuery = () => apiQuery<Schema<'RoleMatrix'>>('/api/v1/roles');
export type DataMapEntry = Schema<'DataMapEntry'>;
export const dataMapQuery = () => apiQuery<Schema<'DataMap'>>('/api/v1/data-map');
export type Team = Schema<'TeamRead'>;
export const teamsQuery = () => apiQuery<Schema<'TeamList'>>('/api/v1/teams');
export const jobsQuery = () => apiQuery<{ items: JobRun[] }>('/api/v1/jobs');
export const deadJobsQuery = () => apiQuery<{ items: DeadJob[] }>('/api/v1/jobs/dead');
export const mailQuery = () => apiQuery<Schema<'Page_SunkMailRead_'>>('/api/v1/mail-sink');

interface AuditPage {
  items: AuditEntry[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

export const auditQuery = ({ q, action, cursor }: AuditSearch) => ({
  ...apiQuery<AuditPage>('/api/v1/audit-log', { q, action, cursor, limit: 50 }),
  placeholderData: keepPreviousData,
});

export type CustomField = Schema<'CustomFieldRead'>;
export type FieldEntity = CustomField['entity'];
export type Tag = Schema<'TagRead'>;

export const customFieldsQuery = (entity: FieldEntity, archived: boolean) =>
  apiQuery<CustomField[]>('/api/v1/custom-fields', {
    entity,
    secret: true,
    ...(archived ? { archived } : {}),
  });
export const tagsQuery = () => apiQuery<Tag[]>('/api/v1/tags');

export type Pipeline = Schema<'PipelineRead'>;
export type Stage = Schema<'StageRead'>;
export type RoutingRule = Schema<'RoutingRuleRead'>;

export const pipelinesQuery = () => apiQuery<Pipeline[]>('/api/v1/pipelines');
export const rulesQuery = () => apiQuery<RoutingRule[]>('/api/v1/routing-rules');
export const decisionsQuery = () =>
  apiQuery<Schema<'RoutingDecisionRead'>[]>('/api/v1/routing-rules/decisions', { limit: 10 });
export const fieldCatalogueQuery = () => ({
  ...apiQuery<Schema<'FieldsRead'>>('/api/v1/leads/fields'),
  staleTime: 60_000,
});

export type ProvisioningToken = Schema<'ProvisioningTokenRead'>;
export type ProvisioningSettings = Schema<'ProvisioningSettingsRead'>;
export type ProvisioningOverview = Schema<'ProvisioningOverview'>;

const PROVISIONING = '/api/v1/provisioning';
export const provisioningTokensQuery = () =>
  apiQuery<Schema<'ProvisioningTokenList'>>(`${PROVISIONING}/tokens`);
export const provisioningSettingsQuery = () =>
  apiQuery<ProvisioningSettings>(`${PROVISIONING}/settings`);
export const provisioningOverviewQuery = () =>
  apiQuery<ProvisioningOverview>(`${PROVISIONING}/overview`);
