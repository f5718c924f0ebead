import {
  Alert,
  Button,
  Checkbox,
  Group,
  Select,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { ApiForm, useLeaveGuard } from '@/components/api-form';
import { SettingsCard } from '@/components/settings-card';
import { toastSuccess } from '@/components/toasts';
import { usedNames, withUsedVariables } from './content';
import { Preview } from './preview';
import classes from './prompts.module.css';
import { type Content, changePrompt, type Prompt, type Variable } from './queries';

const TYPES = ['text', 'number', 'boolean', 'choice', 'list'] as const;

function VariableFields({
  variable,
  onChange,
  readOnly,
}: {
  variable: Variable;
  onChange: (variable: Variable) => void;
  readOnly: boolean;
}) {
  const { t } = useTranslation('prompts');
  const { name, type = 'text' } = variable;
  return (
    <fieldset className={classes.variable} disabled={readOnly} aria-label={name}>
      <Text size="sm" fw={500} className={classes.breakable}>
        {`{{${name}}}`}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
        <Select
          label={t('variable.type')}
          data={TYPES.map((value) => ({ value, label: t(`variable.${value}`) }))}
          value={type}
          allowDeselect={false}
          disabled={readOnly}
          onChange={(value) =>
            onChange({
              ...variable,
              type: (value ?? 'text') as (typeof TYPES)[number],
              options: [],
              trusted: value === 'text' ? (variable.trusted ?? true) : true,
            })
          }
        />
        <TextInput
          label={t('variable.description')}
          maxLength={500}
          value={variable.description ?? ''}
          onChange={(event) => onChange({ ...variable, description: event.currentTarget.value })}
        />
      </SimpleGrid>
      {type === 'choice' && (
        <TagsInput
          label={t('variable.options')}
          acceptValueOnBlur
          maxTags={50}
          value={variable.options ?? []}
          disabled={readOnly}
          onChange={(options) => onChange({ ...variable, options })}
        />
      )}
      <Group gap="md">
        <Checkbox
          label={t('variable.required')}
          checked={variable.required ?? true}
          onChange={(event) => onChange({ ...variable, required: event.currentTarget.checked })}
        />
        {type === 'text' && (
          <Checkbox
            label={t('variable.untrusted')}
            checked={!(variable.trusted ?? true)}
            onChange={(event) => onChange({ ...variable, trusted: !event.currentTarget.checked })}
          />
        )}
      </Group>
    </fieldset>
  );
}

/** The editor: texts, variables, and what becomes of them. Saving adds a version and publishes nothing. */
export function TextTab({ prompt, mayWrite }: { prompt: Prompt; mayWrite: boolean }) {
  const { t } = useTranslation('prompts');
  const form = useForm({
    initialValues: {
      instructions: prompt.content.instructions,
      message: prompt.content.message ?? '',
      variables: prompt.content.variables ?? [],
      note: '',
    },
    validate: {
      instructions: (value) => (value.trim() ? null : t('new.textMissing')),
    },
  });
  useLeaveGuard(form.isDirty());
  const ofProduct = prompt.origin !== 'own';
  const { instructions, message, variables } = form.values;
  const content: Content = { instructions, message, variables };
  const used = withUsedVariables(content).variables ?? [];
  const problems = Object.entries(form.errors).filter(([field]) => field.startsWith('variables'));
  return (
    <Stack gap="md">
      <SettingsCard title={t('editor')} description={t('editorText')}>
        <ApiForm
          form={form}
          onSubmit={async ({ note, ...values }) => {
            const body = { content: withUsedVariables(values), note };
            const saved = await changePrompt<Prompt>('post', `/${prompt.key}/versions`, {
              body,
              version: prompt.version,
            });
            form.resetDirty();
            toastSuccess(t('savedVersion', { number: saved.latest }));
          }}
        >
          {({ submitting }) => (
            <>
              <Textarea
                label={t('instructions')}
                description={t('instructionsText')}
                required
                autosize
                minRows={6}
                maxRows={24}
                maxLength={20_000}
                readOnly={!mayWrite}
                {...form.getInputProps('instructions')}
              />
              <Textarea
                label={t('message')}
                description={t('messageText')}
                autosize
                minRows={2}
                maxRows={16}
                maxLength={20_000}
                readOnly={!mayWrite}
                {...form.getInputProps('message')}
              />
              {used.length > 0 && (
                <Stack gap="xs" component="section" aria-label={t('variables')}>
                  <Text size="sm" fw={500}>
                    {t('variables')}
                  </Text>
                  {ofProduct && (
                    <Text size="xs" c="dimmed">
                      {t('variablesOfProduct')}
                    </Text>
                  )}
                  {used.map((variable) => (
                    <VariableFields
                      key={variable.name}
                      variable={variable}
                      readOnly={!mayWrite || ofProduct}
                      onChange={(changed) =>
                        form.setFieldValue(
                          'variables',
                          used.map((one) => (one.name === changed.name ? changed : one)),
                        )
                      }
                    />
                  ))}
                </Stack>
              )}
              {problems.length > 0 && (
                <Alert color="red">
                  {problems.map(([field, problem]) => (
                    <Text key={field} size="sm">
                      {problem}
                    </Text>
                  ))}
                </Alert>
              )}
              {mayWrite && (
                <Group align="flex-end" gap="sm">
                  <TextInput
                    label={t('note')}
                    placeholder={t('notePlaceholder')}
                    maxLength={500}
                    className={classes.grow}
                    {...form.getInputProps('note')}
                  />
                  <Button
                    type="submit"
                    variant="default"
                    loading={submitting}
                    disabled={!form.isDirty()}
                  >
                    {t('saveVersion')}
                  </Button>
                </Group>
              )}
            </>
          )}
        </ApiForm>
      </SettingsCard>
      <Preview content={withUsedVariables(content)} key={usedNames(content).join()} />
    </Stack>
  );
}
