import {
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { BranchesField } from './branches-field';
import { KINDS, type Kind, keyFor, type Question, renamed } from './draft';
import classes from './flows.module.css';
import { OptionsField } from './options-field';
import { customFieldsQuery } from './queries';
import type { QuestionCardProps } from './question-card';

const LEAD_FIELDS = [
  'full_name',
  'email',
  'phone',
  'company_name',
  'job_title',
  'website',
  'city',
  'region',
  'country',
] as const;
const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'CAD', 'AUD', 'SEK', 'NOK', 'DKK', 'PLN', 'JPY'];

/** All there is to say about one question. */
export function QuestionFields(props: QuestionCardProps) {
  const { form, question, index, language, isNew, readOnly } = props;
  const { t } = useTranslation('flows');
  const { data: custom } = useQuery(customFieldsQuery());
  const change = (part: Partial<Question>) =>
    form.setFieldValue(
      'questions',
      form.values.questions.map((old, at) => (at === index ? { ...old, ...part } : old)),
    );
  const rename = () => {
    if (!isNew) return;
    const taken = form.values.questions.flatMap(({ key }, at) => (at === index ? [] : key));
    const key = keyFor(question.label, taken, 'question');
    if (key !== question.key) form.setValues(renamed(form.values, question.key, key));
  };
  const measured = question.kind === 'number' || question.kind === 'money';
  const number = (value: string | number) => (typeof value === 'number' ? value : null);
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-start">
        <TextInput
          className={classes.half}
          label={t('question.label')}
          placeholder={t('question.labelExample')}
          maxLength={120}
          readOnly={readOnly}
          value={question.label}
          onChange={(event) => change({ label: event.currentTarget.value })}
          onBlur={rename}
        />
        <Select
          className={classes.half}
          label={t('question.kind')}
          readOnly={readOnly}
          allowDeselect={false}
          data={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
          value={question.kind}
          onChange={(kind) =>
            change({
              kind: kind as Kind,
              ...(kind === 'choice' ? {} : { options: [] }),
              ...(kind === 'number' || kind === 'money' ? {} : { minimum: null, maximum: null }),
              currency: kind === 'money' ? (question.currency ?? 'EUR') : null,
            })
          }
        />
      </Group>
      <Textarea
        label={t('question.text', { language: t(`language.${language}`) })}
        placeholder={t('question.textExample')}
        autosize
        maxLength={500}
        readOnly={readOnly}
        dir="auto"
        value={question.text[language] ?? ''}
        onChange={(event) =>
          change({ text: { ...question.text, [language]: event.currentTarget.value } })
        }
      />
      {question.kind === 'choice' && (
        <OptionsField
          question={question}
          language={language}
          readOnly={readOnly}
          onChange={(options) => change({ options })}
        />
      )}
      {measured && (
        <Group gap="sm">
          <NumberInput
            className={classes.third}
            label={t('question.minimum')}
            thousandSeparator=","
            readOnly={readOnly}
            value={question.minimum ?? ''}
            onChange={(value) => change({ minimum: number(value) })}
          />
          <NumberInput
            className={classes.third}
            label={t('question.maximum')}
            thousandSeparator=","
            readOnly={readOnly}
            value={question.maximum ?? ''}
            onChange={(value) => change({ maximum: number(value) })}
          />
          {question.kind === 'money' && (
            <Select
              className={classes.third}
              label={t('question.currency')}
              readOnly={readOnly}
              allowDeselect={false}
              data={CURRENCIES}
              value={question.currency ?? 'EUR'}
              onChange={(currency) => change({ currency })}
            />
          )}
        </Group>
      )}
      <Group gap="sm" align="flex-start">
        <Select
          className={classes.half}
          label={t('question.leadField')}
          description={t('question.leadFieldText')}
          placeholder={t('question.noField')}
          clearable
          readOnly={readOnly}
          data={[
            ...LEAD_FIELDS.map((value) => ({ value: value as string, label: t(`field.${value}`) })),
            ...(custom ?? [])
              .filter(({ entity }) => entity === 'lead')
              .map(({ key, label }) => ({ value: `custom.${key}`, label })),
          ]}
          value={question.lead_field}
          onChange={(lead_field) => change({ lead_field })}
        />
        <TagsInput
          className={classes.half}
          classNames={{ input: classes.tags }}
          label={t('question.hints')}
          description={t('question.hintsText')}
          readOnly={readOnly}
          maxTags={30}
          value={question.hints}
          onChange={(hints) => change({ hints })}
        />
      </Group>
      <Switch
        label={t('question.required')}
        description={t('question.requiredText')}
        disabled={readOnly}
        checked={question.required}
        onChange={(event) => change({ required: event.currentTarget.checked })}
      />
      <BranchesField
        questions={form.values.questions}
        index={index}
        language={language}
        readOnly={readOnly}
        onChange={(branches) => change({ branches })}
      />
    </Stack>
  );
}
