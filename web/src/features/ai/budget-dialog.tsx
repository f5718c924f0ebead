import { NumberInput, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { type Budget, changeAi } from './queries';
import { toDollars, toMicro } from './words';

interface BudgetDialogProps {
  /** Undefined for a new one. */
  budget: Budget | undefined;
  onClose: () => void;
}

/** What may be spent in a day or month. */
export function BudgetDialog({ budget, onClose }: BudgetDialogProps) {
  const { t } = useTranslation('ai');
  const form = useForm({
    initialValues: {
      name: budget?.name ?? '',
      feature: budget?.feature ?? '',
      period: budget?.period ?? ('month' as Budget['period']),
      limit_microusd: (budget ? toDollars(budget.limit_microusd) : '') as number | '',
      stops: budget?.stops ?? true,
    },
    validate: {
      name: (value) => (value.trim() ? null : t('budgets.nameMissing')),
      limit_microusd: (value) => (Number(value) > 0 ? null : t('budgets.limitMissing')),
    },
  });
  return (
    <FormDialog
      title={budget ? t('budgets.edit', { name: budget.name }) : t('budgets.new')}
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async (values) => {
        const body = {
          name: values.name,
          limit_microusd: toMicro(Number(values.limit_microusd)),
          stops: values.stops,
        };
        if (budget) {
          await changeAi('patch', `/budgets/${budget.id}`, { body, version: budget.version });
        } else {
          await changeAi('post', '/budgets', {
            body: { ...body, period: values.period, feature: values.feature.trim() || null },
          });
        }
        toastSuccess(t('policySaved'));
        onClose();
      }}
    >
      <TextInput
        label={t('budgets.name')}
        required
        data-autofocus
        maxLength={80}
        {...form.getInputProps('name')}
      />
      <NumberInput
        label={t('budgets.limit')}
        required
        min={0}
        decimalScale={6}
        hideControls
        {...form.getInputProps('limit_microusd')}
      />
      {!budget && (
        <>
          <SegmentedControl
            aria-label={t('budgets.period')}
            data={(['month', 'day'] as const).map((value) => ({
              value,
              label: `${t('budgets.period')} ${t(`budgets.per.${value}`)}`,
            }))}
            {...form.getInputProps('period')}
          />
          <TextInput
            label={t('budgets.feature')}
            description={t('budgets.featureText')}
            maxLength={60}
            {...form.getInputProps('feature')}
          />
        </>
      )}
      <Switch
        label={t('budgets.stops')}
        description={t('budgets.stopsText')}
        {...form.getInputProps('stops', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}
