import { Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Question } from '../event-types/questions';
import { QuestionsEditor } from '../event-types/questions-editor';
import { followed } from './draft';
import type { TabProps } from './form';

const MOST_QUESTIONS = 30;

/** What is asked. Answers called `name`, `email` and `phone` are filled in on the booking page. */
export function QuestionsTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('meetings/routing-forms');
  const { questions, rules } = form.values;
  const asked = new Set(questions.map(({ key }) => key));
  const person = (['name', 'email'] as const)
    .filter((key) => !asked.has(key))
    .map(
      (key): Question => ({
        key,
        label: t(`person.${key}`),
        kind: 'text',
        required: true,
        options: [],
      }),
    );
  const put = (next: Question[]) => {
    form.setFieldValue('rules', followed(rules, questions, next));
    form.setFieldValue('questions', next);
  };
  return (
    <QuestionsEditor
      questions={questions}
      stored={form.getInitialValues().questions}
      errors={form.errors}
      readOnly={readOnly}
      text={t('questions.text')}
      onChange={put}
      more={
        <>
          {form.errors.questions && (
            <Text size="sm" c="var(--mantine-color-red-text)" role="alert">
              {form.errors.questions}
            </Text>
          )}
          {person.length > 0 && questions.length + person.length <= MOST_QUESTIONS && (
            <Button variant="subtle" onClick={() => put([...questions, ...person])}>
              {t('questions.person')}
            </Button>
          )}
        </>
      }
    />
  );
}
