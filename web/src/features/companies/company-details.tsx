import { ActionIcon, Card, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { formatCountry, formatDate } from '@/app/format';
import { IconExternalLink } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { CustomFields, inUse } from '@/components/record/custom-fields';
import { RecordFact, RecordField, RecordGroup } from '@/components/record/record-field';
import { type SaveRecord, useRecordSave } from '@/components/record/use-record-save';
import { TagEditor } from '@/components/tag-editor';
import { toastRolledBack } from '@/components/toasts';
import { type Company, companyFieldsQuery } from './queries';

const webAddress = (text: string) => (/^https?:\/\//.test(text) ? text : `https://${text}`);

/** Saves a company's fields; words for values that two people changed. */
function useSave(): SaveRecord<Company> {
  const { t } = useTranslation('companies');
  const { nameOf } = useMembers();
  const custom = useQuery(companyFieldsQuery()).data;
  const label = useCallback(
    (field: string) =>
      custom?.find((item) => `custom.${item.key}` === field)?.label ??
      t(`field.${field}`, { defaultValue: field }),
    [custom, t],
  );
  const show = useCallback(
    (field: string, value: unknown) => {
      if (field === 'owner_id') return nameOf(value as string | null);
      return Array.isArray(value) ? value.join(', ') : String(value ?? '');
    },
    [nameOf],
  );
  return useRecordSave<Company>('/api/v1/companies', { label, show });
}

/** All fields of a company, each edited where it stands. */
export function Details({ company }: { company: Company }) {
  const { t } = useTranslation('companies');
  const save = useSave();
  const readOnly = !useMay('leads:write');
  const members = useMembers();
  const custom = inUse(useQuery(companyFieldsQuery()).data);
  const common = { record: company, save, readOnly };
  const tagged = (tags: string[]) =>
    save({ tags }, company).catch((reason: unknown) => toastRolledBack(t('field.tags'), reason));
  return (
    <Card component="section" aria-label={t('details')}>
      <Title order={2} className="tw-hidden">
        {t('details')}
      </Title>
      <Stack gap="md">
        <TagEditor
          tags={company.tags}
          readOnly={readOnly}
          onAdd={(tag) => void tagged([...company.tags, tag])}
          onRemove={(tag) => void tagged(company.tags.filter((item) => item !== tag))}
        />
        <RecordGroup title={t('group.company')}>
          <RecordField {...common} field="name" label={t('field.name')} />
          <RecordField {...common} field="domain" label={t('field.domain')} />
          <RecordField
            {...common}
            field="website"
            kind="url"
            label={t('field.website')}
            after={
              company.website && (
                <ActionIcon
                  size={28}
                  component="a"
                  href={webAddress(company.website)}
                  target="_blank"
                  rel="noreferrer"
                  aria-label={t('openWebsite')}
                >
                  <IconExternalLink size={16} />
                </ActionIcon>
              )
            }
          />
          <RecordField {...common} field="industry" label={t('field.industry')} />
          <RecordField {...common} field="size_band" label={t('field.size_band')} />
          <RecordField
            {...common}
            field="employee_count"
            kind="number"
            label={t('field.employee_count')}
          />
        </RecordGroup>
        <RecordGroup title={t('group.place')}>
          <RecordField
            {...common}
            field="country"
            label={t('field.country')}
            format={(code) => formatCountry(code === null ? '' : String(code))}
          />
          <RecordField {...common} field="city" label={t('field.city')} />
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
          <RecordFact label={t('field.created_at')}>{formatDate(company.created_at)}</RecordFact>
        </RecordGroup>
        {custom.length > 0 && (
          <RecordGroup title={t('group.custom')}>
            <CustomFields {...common} fields={custom} />
          </RecordGroup>
        )}
      </Stack>
    </Card>
  );
}
