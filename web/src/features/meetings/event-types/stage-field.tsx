import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/app/permissions';
import { pipelinesQuery } from '../queries';
import type { TabProps } from './form';

/** To which stage a booking moves the lead's deal. */
export function StageField({ form, readOnly }: TabProps) {
  const { t } = useTranslation('meetings/event-types');
  const maySee = useMay('deals:read');
  const { data: pipelines } = useQuery({ ...pipelinesQuery(), enabled: maySee });
  if (!maySee || !pipelines) return null;
  return (
    <Select
      label={t('stage.label')}
      description={t('stage.text')}
      placeholder={t('stage.none')}
      clearable
      readOnly={readOnly}
      data={pipelines.map(({ name, stages }) => ({
        group: name,
        items: stages
          .filter(({ kind }) => kind === 'open')
          .map((stage) => ({ value: stage.id, label: stage.name })),
      }))}
      {...form.getInputProps('booked_stage_id')}
    />
  );
}
