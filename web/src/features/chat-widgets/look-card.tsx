import { ColorInput, Group, Input, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { SettingsCard } from '@/components/settings-card';
import type { WidgetForm } from './draft';
import { agentsQuery } from './queries';

const SWATCHES = ['#2563eb', '#0d9488', '#15803d', '#b45309', '#dc2626', '#9333ea', '#111827'];

interface CardProps {
  form: WidgetForm;
  readOnly: boolean;
}

/** What the widget is called, who answers, colour, theme and corner. */
export function LookCard({ form, readOnly }: CardProps) {
  const { t } = useTranslation('chat-widgets');
  const { data: agents = [] } = useQuery(agentsQuery());
  return (
    <SettingsCard title={t('look.title')}>
      <TextInput
        label={t('fields.name')}
        description={t('fields.nameText')}
        required
        maxLength={80}
        disabled={readOnly}
        {...form.getInputProps('name')}
      />
      <Select
        label={t('fields.agent')}
        description={t('fields.agentText')}
        data={agents.map(({ id, name }) => ({ value: id, label: name }))}
        placeholder={t('fields.defaultAgent')}
        clearable
        disabled={readOnly}
        {...form.getInputProps('agent_id')}
      />
      <ColorInput
        label={t('look.colour')}
        description={t('look.colourText')}
        format="hex"
        swatches={SWATCHES}
        swatchesPerRow={7}
        withEyeDropper={false}
        disabled={readOnly}
        maw={260}
        {...form.getInputProps('colour')}
      />
      <Group gap="xl">
        <Choice form={form} field="theme" values={['auto', 'light', 'dark']} readOnly={readOnly} />
        <Choice form={form} field="position" values={['end', 'start']} readOnly={readOnly} />
      </Group>
    </SettingsCard>
  );
}

interface ChoiceProps extends CardProps {
  field: 'theme' | 'position';
  values: string[];
}

function Choice({ form, field, values, readOnly }: ChoiceProps) {
  const { t } = useTranslation('chat-widgets');
  return (
    <Input.Wrapper label={t(`look.${field}`)} labelElement="div">
      <SegmentedControl
        mt={4}
        display="flex"
        aria-label={t(`look.${field}`)}
        disabled={readOnly}
        data={values.map((value) => ({ value, label: t(`look.${value}`) }))}
        {...form.getInputProps(field)}
      />
    </Input.Wrapper>
  );
}
