import { Radio, ScrollArea, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
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

interface BeginDialogProps<Made> {
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
  /** Path of the list in the API that it is added to. */
  list: string;
  /** What is sent; `from` is the key of the beginning. */
  body: (name: string, from: string) => object;
  onClose: (made?: Made) => void;
}

/** A new thing: its name, and what it begins with. */
export function BeginDialog<Made>({
  title,
  submit,
  example,
  empty,
  beginnings,
  first = EMPTY,
  list,
  body,
  onClose,
}: BeginDialogProps<Made>) {
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
      onClose={() => onClose()}
      onSubmit={async ({ name, from }) => {
        const made = await request<Made>('post', list, { body: body(name.trim(), from) });
        await invalidatePaths(list);
        onClose(made);
      }}
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
