import { Button, Group, Stack, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconPlus } from '@/app/icons';
import { blankQuestion, type Language, moved, problemsAt, type Question } from './draft';
import classes from './flows.module.css';
import type { TabProps } from './form';
import { LanguageSelect } from './language-select';
import { QuestionCard } from './question-card';

const MOST_QUESTIONS = 40;

/** The questions in their order: dragged, or moved by buttons and Alt with the arrow keys. */
export function QuestionsTab({ flow, form, readOnly, dirty }: TabProps) {
  const { t } = useTranslation('flows');
  const { questions, language } = form.values;
  const [shown, setShown] = useState<Language>(language);
  const [open, setOpen] = useState<number | undefined>(questions.length === 0 ? 0 : undefined);
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const [told, setTold] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const put = (next: Question[]) => form.setFieldValue('questions', next);
  const move = (from: number, to: number) => {
    if (to < 0 || to >= questions.length || from === to) return;
    put(moved(questions, from, to));
    setOpen(undefined);
    setTold(t('questions.moved', { name: questions[from]?.label, number: to + 1 }));
  };
  const add = () => {
    put([...questions, blankQuestion(questions.map(({ key }) => key))]);
    setOpen(questions.length);
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLInputElement>('li:last-child input')?.focus(),
    );
  };
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" className={classes.intro}>
          {t('questions.text')}
        </Text>
        <LanguageSelect label={t('questions.language')} value={shown} onChange={setShown} />
      </Group>
      <span className="tw-hidden" role="status">
        {told}
      </span>
      {questions.length > 0 && (
        <ol className={classes.questions} ref={list} aria-label={t('tab.questions')}>
          {questions.map((question, index) => (
            <QuestionCard
              // biome-ignore lint/suspicious/noArrayIndexKey: keys follow the names while they are written
              key={index}
              form={form}
              question={question}
              index={index}
              language={shown}
              problems={dirty ? [] : problemsAt(flow.problems, `questions.${index}`)}
              isNew={!flow.draft.questions?.some(({ key }) => key === question.key)}
              open={open === index}
              onToggle={() => setOpen(open === index ? undefined : index)}
              readOnly={readOnly}
              onMove={(to) => move(index, to)}
              over={over === index && dragged !== undefined && dragged !== index}
              drag={{
                onDragStart: () => setDragged(index),
                onDragEnd: () => {
                  setDragged(undefined);
                  setOver(undefined);
                },
                onDragOver: (event) => {
                  if (dragged === undefined) return;
                  event.preventDefault();
                  setOver(index);
                },
                onDrop: () => {
                  if (dragged !== undefined) move(dragged, index);
                  setOver(undefined);
                },
              }}
            />
          ))}
        </ol>
      )}
      {!readOnly && (
        <Group>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            disabled={questions.length >= MOST_QUESTIONS}
            onClick={add}
          >
            {t('questions.add')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
