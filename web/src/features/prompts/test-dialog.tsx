import {
  ActionIcon,
  Button,
  Group,
  JsonInput,
  NumberInput,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { IconTrash } from '@/app/icons';
import { FormDialog } from '@/components/form-dialog';
import { typed, valuesOf } from './content';
import classes from './prompts.module.css';
import { changePrompt, type Expectation, type Prompt, type Test } from './queries';
import { ValueFields } from './value-fields';

const KINDS = ['contains', 'not_contains', 'max_length', 'matches_schema'] as const;
type Kind = (typeof KINDS)[number];

interface Line {
  kind: Kind;
  text: string;
}

/** An expectation as it is typed. */
function asLine(one: Expectation): Line {
  if (one.kind === 'max_length') return { kind: one.kind, text: String(one.characters) };
  if (one.kind === 'matches_schema') {
    return { kind: one.kind, text: JSON.stringify(one.json_schema, null, 2) };
  }
  return { kind: one.kind, text: one.text };
}

/** An expectation as the API takes it; a schema that is no JSON is refused before. */
function asExpectation({ kind, text }: Line): object {
  if (kind === 'max_length') return { kind, characters: Number(text) };
  if (kind === 'matches_schema') return { kind, json_schema: JSON.parse(text) as object };
  return { kind, text };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

interface TestDialogProps {
  prompt: Prompt;
  /** Undefined for a new one. */
  test: Test | undefined;
  onClose: () => void;
}

/** Values for the variables, and what the answer must be like. */
export function TestDialog({ prompt, test, onClose }: TestDialogProps) {
  const { t } = useTranslation('prompts');
  const variables = prompt.content.variables ?? [];
  const form = useForm({
    initialValues: {
      name: test?.name ?? '',
      inputs: Object.fromEntries(
        Object.entries(test?.inputs ?? {}).map(([name, value]) => [name, typed(value)]),
      ) as Record<string, string>,
      expectations: test?.expectations.map(asLine) ?? [{ kind: 'contains', text: '' } as Line],
    },
    validate: {
      name: (value) => (value.trim() ? null : t('new.nameMissing')),
      expectations: {
        text: (value, values, path) => {
          const kind = values.expectations[Number(path.split('.')[1])]?.kind;
          if (!value.trim()) return t('expect.missing');
          return kind === 'matches_schema' && !isJsonObject(value) ? t('expect.noJson') : null;
        },
      },
    },
  });
  const lines = form.values.expectations;
  return (
    <FormDialog
      title={test ? t('tests.edit', { name: test.name }) : t('tests.new')}
      size="lg"
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async (values) => {
        const body = {
          name: values.name,
          inputs: valuesOf(variables, values.inputs),
          expectations: values.expectations.map(asExpectation),
        };
        const path = `/${prompt.key}/tests${test ? `/${test.id}` : ''}`;
        await changePrompt(test ? 'put' : 'post', path, { body });
        onClose();
      }}
    >
      <TextInput
        label={t('new.name')}
        required
        data-autofocus
        maxLength={80}
        {...form.getInputProps('name')}
      />
      <ValueFields
        variables={variables}
        values={form.values.inputs}
        onChange={(inputs) => form.setFieldValue('inputs', inputs)}
      />
      <Stack gap="xs" component="section" aria-label={t('expect.title')}>
        <Text size="sm" fw={500}>
          {t('expect.title')}
        </Text>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity
          <Group key={index} gap="xs" align="flex-start">
            <Select
              aria-label={t('expect.kind', { place: index + 1 })}
              data={KINDS.map((value) => ({ value, label: t(`expect.label.${value}`) }))}
              allowDeselect={false}
              {...form.getInputProps(`expectations.${index}.kind`)}
            />
            {line.kind === 'max_length' ? (
              <NumberInput
                aria-label={t('expect.value', { place: index + 1 })}
                className={classes.grow}
                min={1}
                hideControls
                {...form.getInputProps(`expectations.${index}.text`)}
                onChange={(value) =>
                  form.setFieldValue(`expectations.${index}.text`, String(value))
                }
              />
            ) : line.kind === 'matches_schema' ? (
              <JsonInput
                aria-label={t('expect.value', { place: index + 1 })}
                className={classes.grow}
                autosize
                minRows={4}
                maxRows={12}
                {...form.getInputProps(`expectations.${index}.text`)}
              />
            ) : (
              <TextInput
                aria-label={t('expect.value', { place: index + 1 })}
                className={classes.grow}
                maxLength={1_000}
                {...form.getInputProps(`expectations.${index}.text`)}
              />
            )}
            <ActionIcon
              aria-label={t('expect.remove', { place: index + 1 })}
              disabled={lines.length === 1}
              onClick={() => form.removeListItem('expectations', index)}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        {lines.length < 10 && (
          <Group>
            <Button
              variant="subtle"
              size="xs"
              onClick={() => form.insertListItem('expectations', { kind: 'contains', text: '' })}
            >
              {t('expect.add')}
            </Button>
          </Group>
        )}
      </Stack>
    </FormDialog>
  );
}
