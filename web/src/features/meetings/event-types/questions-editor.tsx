import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPlus, IconTrash } from '@/app/icons';
import classes from './event-types.module.css';
import { KINDS, keyFor, moved, type Question } from './questions';

interface QuestionsEditorProps {
  questions: readonly Question[];
  /** What is stored: answers given so far are found by its keys. */
  stored: readonly Question[];
  /** What is wrong, by `questions.0.label`. */
  errors: Record<string, ReactNode>;
  readOnly: boolean;
  text: string;
  onChange: (questions: Question[]) => void;
  /** Stands beside the button that adds a question. */
  more?: ReactNode;
}

/** Questions, dragged or moved by buttons into their order. */
export function QuestionsEditor({
  questions,
  stored,
  errors,
  readOnly,
  text,
  onChange: put,
  more,
}: QuestionsEditorProps) {
  const { t } = useTranslation('meetings/event-types');
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const list = useRef<HTMLUListElement>(null);
  const change = (index: number, part: Partial<Question>) =>
    put(questions.map((old, at) => (at === index ? { ...old, ...part } : old)));
  const move = (from: number, to: number) => put(moved(questions, from, to));
  const focusLast = () =>
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLInputElement>('li:last-child input')?.focus(),
    );
  const add = () => {
    const taken = questions.map(({ key }) => key);
    put([
      ...questions,
      { key: keyFor('', taken), label: '', kind: 'text', required: false, options: [] },
    ]);
    focusLast();
  };
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {text}
      </Text>
      {questions.length > 0 && (
        <ul className={classes.rows} ref={list} aria-label={t('tab.questions')}>
          {questions.map((question, index) => {
            const number = index + 1;
            return (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: keys of answers change while they are written
                key={index}
                className={classes.question}
                data-over={(over === index && dragged !== index) || undefined}
                onDragOver={(event) => {
                  if (dragged === undefined) return;
                  event.preventDefault();
                  setOver(index);
                }}
                onDrop={() => {
                  if (dragged !== undefined) move(dragged, index);
                  setOver(undefined);
                }}
              >
                {!readOnly && (
                  <span
                    className={classes.grip}
                    draggable
                    title={t('questions.drag')}
                    aria-hidden
                    onDragStart={(event) => {
                      event.dataTransfer.effectAllowed = 'move';
                      event.dataTransfer.setData('text/plain', question.label);
                      setDragged(index);
                    }}
                    onDragEnd={() => {
                      setDragged(undefined);
                      setOver(undefined);
                    }}
                  >
                    <IconGripVertical size={16} />
                  </span>
                )}
                <Stack gap="xs" className={classes.main}>
                  <Group gap="xs" align="flex-start">
                    <TextInput
                      flex="1 1 200px"
                      aria-label={t('questions.label', { number })}
                      placeholder={t('questions.example')}
                      maxLength={200}
                      readOnly={readOnly}
                      value={question.label}
                      error={errors[`questions.${index}.label`]}
                      onChange={(event) => change(index, { label: event.currentTarget.value })}
                      onBlur={() => {
                        const others = questions.flatMap(({ key }, at) =>
                          at === index ? [] : key,
                        );
                        if (!stored.some(({ key }) => key === question.key)) {
                          change(index, { key: keyFor(question.label, others) });
                        }
                      }}
                    />
                    <Select
                      w={144}
                      aria-label={t('questions.kind', { number })}
                      readOnly={readOnly}
                      data={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
                      value={question.kind}
                      onChange={(kind) =>
                        change(index, {
                          kind: kind as Question['kind'],
                          ...(kind === 'select' ? {} : { options: [] }),
                        })
                      }
                    />
                  </Group>
                  {question.kind === 'select' && (
                    <TagsInput
                      aria-label={t('questions.options', { number })}
                      placeholder={question.options.length > 0 ? '' : t('questions.optionsExample')}
                      readOnly={readOnly}
                      maxTags={50}
                      value={question.options}
                      error={errors[`questions.${index}.options`]}
                      onChange={(options) => change(index, { options })}
                    />
                  )}
                  <Group justify="space-between" gap="xs">
                    <Checkbox
                      label={t('questions.required')}
                      aria-label={t('questions.requiredOf', { number })}
                      disabled={readOnly}
                      checked={question.required}
                      onChange={(event) => change(index, { required: event.currentTarget.checked })}
                    />
                    {!readOnly && (
                      <Group gap={4}>
                        <ActionIcon
                          aria-label={t('questions.up', { number })}
                          disabled={index === 0}
                          onClick={() => move(index, index - 1)}
                        >
                          <IconArrowUp size={16} />
                        </ActionIcon>
                        <ActionIcon
                          aria-label={t('questions.down', { number })}
                          disabled={index === questions.length - 1}
                          onClick={() => move(index, index + 1)}
                        >
                          <IconArrowDown size={16} />
                        </ActionIcon>
                        <ActionIcon
                          aria-label={t('questions.remove', { number })}
                          onClick={() => put(questions.filter((_, at) => at !== index))}
                        >
                          <IconTrash size={16} />
                        </ActionIcon>
                      </Group>
                    )}
                  </Group>
                </Stack>
              </li>
            );
          })}
        </ul>
      )}
      {!readOnly && (
        <Group>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            disabled={questions.length >= 30}
            onClick={add}
          >
            {t('questions.add')}
          </Button>
          {more}
        </Group>
      )}
    </Stack>
  );
}
