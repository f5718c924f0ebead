import { MultiSelect, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMembers } from '@/app/members';
import { type Span, SpanField } from '@/components/journey/fields';
import { fieldsQuery, journeysQuery, mailTemplatesQuery } from '../queries';
import type { EditorProps } from './editor-props';

const CHANNELS = ['email', 'chat', 'in_app', 'sms', 'call', 'social'] as const;
const PRIORITIES = ['low', 'normal', 'high'] as const;
const STATUSES = ['contacted', 'qualified', 'unqualified'] as const;

/** A message: its channel, its content, and until when it makes sense. */
export function SendEditor({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  const templates = useQuery(mailTemplatesQuery()).data?.items ?? [];
  const channel = String(settings.channel ?? 'email');
  return (
    <>
      <Select
        label={t('send.channel')}
        readOnly={readOnly}
        data={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
        value={channel}
        onChange={(next) => set({ channel: next })}
      />
      {channel === 'email' ? (
        <Select
          label={t('send.template')}
          description={t('send.templateText')}
          placeholder={t('field.choose')}
          searchable
          readOnly={readOnly}
          error={problem('template_id')}
          data={templates.map(({ id, name, published_number }) => ({
            value: id,
            label: published_number === null ? t('send.unpublished', { name }) : name,
          }))}
          value={(settings.template_id as string | undefined) ?? null}
          onChange={(template_id) => set({ template_id })}
        />
      ) : (
        <Textarea
          label={t('send.text')}
          description={t('send.textText', { example: '{{ first_name }}' })}
          autosize
          minRows={3}
          maxRows={10}
          maxLength={5000}
          readOnly={readOnly}
          error={problem('text')}
          value={String(settings.text ?? '')}
          onChange={({ currentTarget }) => set({ text: currentTarget.value })}
        />
      )}
      <Select
        label={t('send.priority')}
        description={t(`send.priorities.${(settings.priority ?? 'bulk') as 'bulk'}Text`)}
        readOnly={readOnly}
        data={(['bulk', 'transactional'] as const).map((value) => ({
          value,
          label: t(`send.priorities.${value}`),
        }))}
        value={String(settings.priority ?? 'bulk')}
        onChange={(priority) => set({ priority })}
      />
      <SpanField
        label={t('send.expires')}
        description={t('send.expiresText')}
        readOnly={readOnly}
        value={(settings.expires_after as Span | undefined) ?? { amount: 3, unit: 'days' }}
        onChange={(expires_after) => set({ expires_after })}
      />
    </>
  );
}

/** A task for somebody of the team. */
export function TaskEditor({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  const { options } = useMembers();
  return (
    <>
      <TextInput
        label={t('task.title')}
        maxLength={120}
        readOnly={readOnly}
        error={problem('title')}
        value={String(settings.title ?? '')}
        onChange={({ currentTarget }) => set({ title: currentTarget.value })}
      />
      <Textarea
        label={t('task.body')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={5000}
        readOnly={readOnly}
        value={String(settings.body ?? '')}
        onChange={({ currentTarget }) => set({ body: currentTarget.value })}
      />
      <NumberInput
        label={t('task.due')}
        min={0}
        max={365}
        allowDecimal={false}
        readOnly={readOnly}
        value={Number(settings.due_days ?? 1)}
        onChange={(days) => typeof days === 'number' && set({ due_days: days })}
      />
      <Select
        label={t('task.priority')}
        readOnly={readOnly}
        data={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
        value={String(settings.priority ?? 'normal')}
        onChange={(priority) => set({ priority })}
      />
      <Select
        label={t('task.assignee')}
        readOnly={readOnly}
        data={(['owner', 'member'] as const).map((value) => ({
          value,
          label: t(`assignee.${value}`),
        }))}
        value={String(settings.assignee ?? 'owner')}
        onChange={(assignee) => set({ assignee })}
      />
      <Select
        label={settings.assignee === 'member' ? t('task.member') : t('task.otherwise')}
        placeholder={t('field.choose')}
        searchable
        clearable
        readOnly={readOnly}
        error={problem('member_id')}
        data={options}
        value={(settings.member_id as string | undefined) ?? null}
        onChange={(member_id) => set({ member_id })}
      />
    </>
  );
}

/** Changes of the person. */
export function UpdateEditor({ settings, set, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  const { options } = useMembers();
  return (
    <>
      <Select
        label={t('update.status')}
        placeholder={t('update.unchanged')}
        clearable
        readOnly={readOnly}
        data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
        value={(settings.status as string | undefined) ?? null}
        onChange={(status) => set({ status })}
      />
      <TagsInput
        label={t('update.add')}
        maxTags={10}
        readOnly={readOnly}
        value={(settings.add_tags as string[] | undefined) ?? []}
        onChange={(add_tags) => set({ add_tags })}
      />
      <TagsInput
        label={t('update.remove')}
        maxTags={10}
        readOnly={readOnly}
        value={(settings.remove_tags as string[] | undefined) ?? []}
        onChange={(remove_tags) => set({ remove_tags })}
      />
      <Select
        label={t('update.owner')}
        placeholder={t('update.unchanged')}
        searchable
        clearable
        readOnly={readOnly}
        data={options}
        value={(settings.owner_id as string | undefined) ?? null}
        onChange={(owner_id) => set({ owner_id })}
      />
    </>
  );
}

/** A request to another system. */
export function WebhookEditor({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  const { data } = useQuery(fieldsQuery());
  return (
    <>
      <TextInput
        type="url"
        label={t('webhook.url')}
        description={t('webhook.urlText')}
        placeholder="https://"
        maxLength={2000}
        readOnly={readOnly}
        error={problem('url')}
        value={String(settings.url ?? '')}
        onChange={({ currentTarget }) => set({ url: currentTarget.value })}
      />
      <MultiSelect
        label={t('webhook.fields')}
        searchable
        readOnly={readOnly}
        error={problem('fields')}
        data={(data?.fields ?? []).map(({ key, label }) => ({ value: key, label }))}
        value={(settings.fields as string[] | undefined) ?? ['full_name', 'email']}
        onChange={(fields) => set({ fields })}
      />
    </>
  );
}

/** Into another journey as well. */
export function EnrolEditor({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  const { data = [] } = useQuery(journeysQuery());
  return (
    <Select
      label={t('enrol.journey')}
      description={t('enrol.text')}
      placeholder={t('field.choose')}
      searchable
      readOnly={readOnly}
      error={problem('journey_id')}
      data={data.map(({ id, name }) => ({ value: id, label: name }))}
      value={(settings.journey_id as string | undefined) ?? null}
      onChange={(journey_id) => set({ journey_id })}
    />
  );
}
