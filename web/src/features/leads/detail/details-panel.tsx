import { ActionIcon, Badge, Group, Stack, Switch, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { formatCountry, formatDate, formatDateTime } from '@/app/format';
import { IconBuilding, IconExternalLink } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { CustomFields, inUse } from '@/components/record/custom-fields';
import { RecordFact, RecordField, RecordGroup } from '@/components/record/record-field';
import { type SaveRecord, useRecordSave } from '@/components/record/use-record-save';
import { TagEditor } from '@/components/tag-editor';
import { toastRolledBack } from '@/components/toasts';
import { customText } from '../columns';
import { customFieldsQuery, type Lead } from '../queries';
import classes from './detail.module.css';
import { findingOf, Origin } from './origin';
import { decisionsQuery } from './queries';

const zones = (): { value: string; label: string }[] =>
  Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, label: zone }));

/** "https://…" for what may lack its scheme. */
const webAddress = (text: string) => (/^https?:\/\//.test(text) ? text : `https://${text}`);

/** Saves a lead's fields; words for the dialog about values that two people changed. */
export function useLeadSave(): SaveRecord<Lead> {
  const { t } = useTranslation('leads/detail');
  const { nameOf } = useMembers();
  const custom = useQuery(customFieldsQuery()).data;
  const label = useCallback(
    (field: string) =>
      custom?.find((item) => `custom.${item.key}` === field)?.label ??
      t(`field.${field}`, { defaultValue: field }),
    [custom, t],
  );
  const show = useCallback(
    (field: string, value: unknown) =>
      field === 'owner_id' ? nameOf(value as string | null) : customText(value),
    [nameOf],
  );
  return useRecordSave<Lead>('/api/v1/leads', { label, show });
}

function Routing({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const decision = useQuery(decisionsQuery(leadId)).data?.[0];
  if (!decision) return null;
  return (
    <RecordFact label={t('field.routing')}>
      <Text size="sm" title={formatDateTime(decision.decided_at)}>
        {decision.reason}
      </Text>
    </RecordFact>
  );
}

/** All fields of a lead, by group, each edited where it stands. */
export function DetailsPanel({ lead, save }: { lead: Lead; save: SaveRecord<Lead> }) {
  const { t } = useTranslation('leads/detail');
  const readOnly = !useMay('leads:write');
  const members = useMembers();
  const custom = inUse(useQuery(customFieldsQuery()).data);
  const common = { record: lead, save, readOnly };
  const found = (field: string, name = field) => (
    <Origin enrichment={lead.enrichment} field={name} label={t(`field.${field}`)} />
  );
  const flags = (['free_mail', 'role_address'] as const).filter(
    (key) => findingOf(lead.enrichment, key)?.value === true,
  );
  const switchOf = (field: 'do_not_email' | 'do_not_call') => (
    <Switch
      label={t(`field.${field}`)}
      checked={lead[field]}
      disabled={readOnly}
      onChange={(event) =>
        save({ [field]: event.currentTarget.checked }, lead).catch((reason: unknown) =>
          toastRolledBack(t(`field.${field}`), reason),
        )
      }
    />
  );
  const tagged = (patch: Record<string, unknown>) =>
    save(patch, lead).catch((reason: unknown) => toastRolledBack(t('field.tags'), reason));
  return (
    <section className={classes.card} aria-label={t('details')}>
      <Title order={2} className="tw-hidden">
        {t('details')}
      </Title>
      <Stack gap="md">
        <TagEditor
          tags={lead.tags}
          readOnly={readOnly}
          onAdd={(tag) => void tagged({ add_tags: [tag] })}
          onRemove={(tag) => void tagged({ remove_tags: [tag] })}
        />
        <RecordGroup title={t('group.person')}>
          <RecordField
            {...common}
            field="first_name"
            label={t('field.first_name')}
            origin={found('name')}
          />
          <RecordField {...common} field="last_name" label={t('field.last_name')} />
          <RecordField {...common} field="email" kind="email" label={t('field.email')} />
          {flags.length > 0 && (
            <RecordFact label={t('field.address_kind')}>
              <Group gap={4}>
                {flags.map((key) => (
                  <Badge key={key} color="gray" title={t(`flagHint.${key}`)}>
                    {t(`flag.${key}`)}
                  </Badge>
                ))}
              </Group>
            </RecordFact>
          )}
          <RecordField
            {...common}
            field="phone"
            kind="tel"
            label={t('field.phone')}
            origin={found('phone')}
          />
          <RecordField {...common} field="job_title" label={t('field.job_title')} />
        </RecordGroup>
        <RecordGroup title={t('group.company')}>
          <RecordField
            {...common}
            field="company_name"
            label={t('field.company_name')}
            after={
              lead.company_id && (
                <LinkAnchor
                  to={`/companies/${lead.company_id}` as never}
                  className={classes.iconLink}
                  aria-label={t('openCompany', { name: lead.company_name ?? '' })}
                >
                  <IconBuilding size={16} />
                </LinkAnchor>
              )
            }
          />
          <RecordField
            {...common}
            field="website"
            kind="url"
            label={t('field.website')}
            origin={found('website', 'domain')}
            after={
              lead.website && (
                <ActionIcon
                  size={28}
                  component="a"
                  href={webAddress(lead.website)}
                  target="_blank"
                  rel="noreferrer"
                  aria-label={t('openWebsite')}
                >
                  <IconExternalLink size={16} />
                </ActionIcon>
              )
            }
          />
        </RecordGroup>
        <RecordGroup title={t('group.place')}>
          <RecordField
            {...common}
            field="country"
            label={t('field.country')}
            format={(code) => formatCountry(code === null ? '' : String(code))}
            origin={found('country')}
          />
          <RecordField {...common} field="region" label={t('field.region')} />
          <RecordField {...common} field="city" label={t('field.city')} />
          <RecordField {...common} field="language" label={t('field.language')} />
          <RecordField
            {...common}
            field="time_zone"
            kind="select"
            options={zones()}
            label={t('field.time_zone')}
          />
        </RecordGroup>
        <RecordGroup title={t('group.handling')}>
          <RecordField
            {...common}
            field="owner_id"
            kind="select"
            options={members.options}
            format={(id) => members.nameOf(id as string | null)}
            label={t('field.owner_id')}
          />
          <Routing leadId={lead.id} />
          <RecordField {...common} field="source" label={t('field.source')} />
          <RecordField {...common} field="converted" kind="boolean" label={t('field.converted')} />
          <RecordField {...common} field="external_id" label={t('field.external_id')} />
        </RecordGroup>
        {custom.length > 0 && (
          <RecordGroup title={t('group.custom')}>
            <CustomFields {...common} fields={custom} />
          </RecordGroup>
        )}
        <Stack gap="xs" component="fieldset" className={classes.consent}>
          <Text component="legend" size="xs" fw={500} c="dimmed" pb="xs">
            {t('group.consent')}
          </Text>
          {switchOf('do_not_email')}
          {switchOf('do_not_call')}
        </Stack>
        <RecordGroup title={t('group.dates')}>
          <RecordFact label={t('field.created_at')}>{formatDate(lead.created_at)}</RecordFact>
          {lead.first_seen_at && (
            <RecordFact label={t('field.first_seen_at')}>
              {formatDate(lead.first_seen_at)}
            </RecordFact>
          )}
          <RecordFact label={t('field.updated_at')}>{formatDateTime(lead.updated_at)}</RecordFact>
        </RecordGroup>
      </Stack>
    </section>
  );
}
