import { useTranslation } from 'react-i18next';
import type { TabProps } from './form';
import { QuestionsEditor } from './questions-editor';

/** What is asked beside name and e-mail. */
export function QuestionsTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('meetings/event-types');
  return (
    <QuestionsEditor
      questions={form.values.questions}
      stored={form.getInitialValues().questions}
      errors={form.errors}
      readOnly={readOnly}
      text={t('questions.text')}
      onChange={(questions) => form.setFieldValue('questions', questions)}
    />
  );
}
