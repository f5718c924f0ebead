import { Radio, ScrollArea, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { LoadingLines } from '@/components/page-states';
import { blankBlock } from './draft';
import classes from './mail-templates.module.css';
import { libraryQuery, TEMPLATES, type Template } from './queries';

const EMPTY = 'empty';
const BEGINNING = {
  default_language: 'en',
  languages: {
    en: {
      blocks: [blankBlock([], 'heading'), blankBlock([], 'text'), blankBlock([], 'footer')],
    },
  },
};

/** A new template: its name, and what it begins with. */
export function TemplateDialog({ onClose }: { onClose: (made?: Template) => void }) {
  const { t } = useTranslation('mail-templates');
  const { data: library } = useQuery(libraryQuery());
  const form = useForm({
    initialValues: { name: '', library: EMPTY },
    validate: { name: (value) => (value.trim() ? null : t('new.nameMissing')) },
  });
  return (
    <FormDialog
      title={t('new.title')}
      form={form}
      submit={t('new.add')}
      onClose={() => onClose()}
      onSubmit={async ({ name, library: chosen }) => {
        const beginning = chosen === EMPTY ? { content: BEGINNING } : { library: chosen };
        const body = { name: name.trim(), ...beginning };
        const made = await request<Template>('post', TEMPLATES, { body });
        await invalidatePaths(TEMPLATES);
        onClose(made);
      }}
    >
      <TextInput
        label={t('new.name')}
        placeholder={t('new.example')}
        required
        maxLength={120}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Radio.Group label={t('new.from')} {...form.getInputProps('library')}>
        <ScrollArea.Autosize mah={360} mt={6} type="auto" offsetScrollbars>
          <Stack gap="xs">
            {!library && <LoadingLines lines={4} height={48} />}
            {library &&
              [
                { key: EMPTY, name: t('new.empty'), description: t('new.emptyText') },
                ...library,
              ].map(({ key, name, description }) => (
                <Radio.Card key={key} value={key} className={classes.choice} aria-label={name}>
                  <Radio.Indicator />
                  <div>
                    <div className={classes.choiceName}>{name}</div>
                    <div className={classes.choiceText}>{description}</div>
                  </div>
                </Radio.Card>
              ))}
          </Stack>
        </ScrollArea.Autosize>
      </Radio.Group>
    </FormDialog>
  );
}
