import { Button, Group, Modal, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { ApiForm } from '@/components/api-form';
import { toastSuccess } from '@/components/toasts';
import { change, comparesVolume, type Rule } from './queries';

const SEVERITIES = ['low', 'medium', 'high'] as const;

/** Threshold, window, severity and, where the rule knows them, working hours. */
export function RuleDialog({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const { t } = useTranslation('settings/monitoring');
  const form = useForm({
    initialValues: {
      threshold: rule.threshold,
      window_minutes: rule.window_minutes,
      severity: rule.severity,
      hours_from: rule.hours_from,
      hours_to: rule.hours_to,
    },
  });
  const send = async (values: typeof form.values) => {
    const { hours_from, hours_to, ...rest } = values;
    const body = rule.hours_from === null ? rest : values;
    await change('patch', `/rules/${rule.rule}`, body);
    toastSuccess(t('rules.saved', { name: rule.label }));
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={rule.label}>
      <ApiForm form={form} onSubmit={send}>
        {({ submitting }) => (
          <Stack gap="md">
            <Text size="sm">{rule.description}</Text>
            <NumberInput
              label={t(comparesVolume(rule) ? 'rules.multiple' : 'rules.threshold')}
              min={1}
              max={1_000_000}
              allowDecimal={false}
              {...form.getInputProps('threshold')}
            />
            <NumberInput
              label={t('rules.window')}
              min={1}
              max={10_080}
              allowDecimal={false}
              {...form.getInputProps('window_minutes')}
            />
            <Select
              label={t('rules.severity')}
              description={t('rules.severityText')}
              allowDeselect={false}
              data={SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) }))}
              {...form.getInputProps('severity')}
            />
            {rule.hours_from !== null && (
              <Group grow align="flex-start">
                <NumberInput
                  label={t('rules.hoursFrom')}
                  min={0}
                  max={23}
                  allowDecimal={false}
                  {...form.getInputProps('hours_from')}
                />
                <NumberInput
                  label={t('rules.hoursTo')}
                  min={1}
                  max={24}
                  allowDecimal={false}
                  {...form.getInputProps('hours_to')}
                />
              </Group>
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('cancel')}
              </Button>
              <Button type="submit" loading={submitting}>
                {t('save')}
              </Button>
            </Group>
          </Stack>
        )}
      </ApiForm>
    </Modal>
  );
}
