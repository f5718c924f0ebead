import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type TemplateRow = Schema<'MailTemplateRow'>;
export type Template = Schema<'MailTemplateRead'>;
export type TemplateVersion = Schema<'MailTemplateVersionRead'>;
export type MailField = Schema<'MailFieldRead'>;
export type MailSettings = Schema<'MailSettingsRead'>;
export type Problem = Schema<'MailProblemRead'>;
export type LinkChecked = Schema<'MailLinkChecked'>;

export const TEMPLATES = '/api/v1/mail-templates';
export const SETTINGS = '/api/v1/mail-settings';
const SHOWN = 50;

export const templatesQuery = (search: {
  q?: string | undefined;
  archived?: boolean | undefined;
  cursor?: string | undefined;
}) => apiQuery<Schema<'Page_MailTemplateRow_'>>(TEMPLATES, { ...search, limit: SHOWN });
export const templateQuery = (id: string) => apiQuery<Template>(`${TEMPLATES}/${id}`);
export const versionsQuery = (id: string) =>
  apiQuery<TemplateVersion[]>(`${TEMPLATES}/${id}/versions`);
export const fieldsQuery = () => apiQuery<MailField[]>('/api/v1/mail-fields');
export const settingsQuery = () => apiQuery<MailSettings>(SETTINGS);
export const purposesQuery = () => apiQuery<Schema<'PurposeRead'>[]>('/api/v1/consent-purposes');
