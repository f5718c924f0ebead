import { Radio, ScrollArea, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import classes from './begin-dialog.module.css';
import { FormDialog } from './form-dialog';
import { LoadingLines } from './page-states';

/** Begin with nothing. */
export const EMPTY = 'empty';

interface Beginning {
  key: string;
  name: string;
  description: string;
}

interface BeginDialogProps {
  title: string;
  /** The button: "Create flow". */
  submit: string;
  /** A name as an example. */
  example: string;
  /** What the choice of nothing is called, and says. */
  empty: Omit<Beginning, 'key'>;
  /** What else it can begin with; undefined while loading. */
  beginnings: readonly Beginning[] | undefined;
  /** Which is chosen at first; nothing, where left out. */
  first?: string;
  /** Adds it; `from` is the key of the beginning. What it throws is shown at the fields. */
  onSubmit: (name: string, from: string) => Promise<unknown>;
  onClose: () => void;
}

/** A new thing: its name, and what it begins with. */
export function BeginDialog({
  title,
  submit,
  example,
  empty,
  beginnings,
  first = EMPTY,
  onSubmit,
  onClose,
}: BeginDialogProps) {
  const { t } = useTranslation('components');
  const form = useForm({
    initialValues: { name: '', from: first },
    validate: { name: (value) => (value.trim() ? null : t('begin.nameMissing')) },
  });
  return (
    <FormDialog
      title={title}
      form={form}
      submit={submit}
      onClose={onClose}
      onSubmit={({ name, from }) => onSubmit(name.trim(), from)}
    >
      <TextInput
        label={t('begin.name')}
        placeholder={example}
        required
        maxLength={120}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Radio.Group label={t('begin.with')} {...form.getInputProps('from')}>
        <ScrollArea.Autosize mah={360} mt={6} type="auto" offsetScrollbars>
          <Stack gap="xs">
            {!beginnings && <LoadingLines lines={4} height={48} />}
            {beginnings &&
              [{ key: EMPTY, ...empty }, ...beginnings].map(({ key, name, description }) => (
                <Radio.Card key={key} value={key} className={classes.choice} aria-label={name}>
                  <Radio.Indicator />
                  <div>
                    <div className={classes.name}>{name}</div>
                    <div className={classes.text}>{description}</div>
                  </div>
                </Radio.Card>
              ))}
          </Stack>
        </ScrollArea.Autosize>
      </Radio.Group>
    </FormDialog>
  );
}
