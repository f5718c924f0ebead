import { NumberInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { changeAi, type Model } from './queries';
import { toDollars, toMicro } from './words';

/** What a model costs, where the price list does not know it or is wrong. Empty: the list's price. */
export function PriceDialog({ model, onClose }: { model: Model; onClose: () => void }) {
  const { t } = useTranslation('ai');
  const entered = model.price.source === 'entered' ? model.price : undefined;
  const start = (micro: number | null | undefined): number | '' =>
    micro == null ? '' : toDollars(micro);
  const form = useForm({
    initialValues: { input_price: start(entered?.input), output_price: start(entered?.output) },
  });
  const micro = (dollars: number | '') => (dollars === '' ? null : toMicro(Number(dollars)));
  return (
    <FormDialog
      title={t('price.title', { name: model.name })}
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async (values) => {
        await changeAi('patch', `/models/${model.id}`, {
          body: {
            input_price: micro(values.input_price),
            output_price: micro(values.output_price),
          },
          version: model.version,
        });
        toastSuccess(t('policySaved'));
        onClose();
      }}
    >
      {(['input_price', 'output_price'] as const).map((name) => (
        <NumberInput
          key={name}
          label={t(`price.${name}`)}
          description={t('price.unit')}
          min={0}
          decimalScale={6}
          hideControls
          {...form.getInputProps(name)}
        />
      ))}
    </FormDialog>
  );
}
