import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { Choice } from './choice';
import type { TabProps } from './draft';
import { eventTypesQuery, flowsQuery } from './queries';

/** What it finds out about visitors, and which meeting it offers. */
export function QualificationTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('agents');
  const flows = useQuery(flowsQuery());
  const eventTypes = useQuery({ ...eventTypesQuery(), enabled: useMay('meetings:read') });
  return (
    <Stack gap="md">
      <Choice
        label={t('qualification.flow')}
        description={
          <>
            {t('qualification.flowText')}{' '}
            <LinkAnchor to={'/agents/flows' as never} size="xs">
              {t('qualification.flows')}
            </LinkAnchor>
          </>
        }
        none={t('qualification.noFlow')}
        unknown={t(flows.data ? 'qualification.gone' : 'qualification.chosen')}
        options={flows.data?.map(({ id, name }) => ({ value: id, label: name }))}
        readOnly={readOnly}
        value={form.values.flow_id}
        error={form.errors.flow_id}
        onChange={(value) => form.setFieldValue('flow_id', value)}
      />
      <Choice
        label={t('qualification.eventType')}
        description={t('qualification.eventTypeText')}
        none={t('qualification.noEventType')}
        unknown={t(eventTypes.data ? 'qualification.gone' : 'qualification.chosen')}
        options={eventTypes.data?.map(({ id, title }) => ({ value: id, label: title }))}
        readOnly={readOnly}
        value={form.values.event_type_id}
        error={form.errors.event_type_id}
        onChange={(value) => form.setFieldValue('event_type_id', value)}
      />
    </Stack>
  );
}
