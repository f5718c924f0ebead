import { ActionIcon, Badge, Group, Text, UnstyledButton } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import {
  IconAlertTriangle,
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconChevronRight,
  IconGripVertical,
  IconTrash,
} from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { type Draft, type Language, type Question, usesOf } from './draft';
import classes from './flows.module.css';
import { QuestionFields } from './question-fields';

interface Drag {
  onDragStart: () => void;
  onDragEnd: () => void;
  onDragOver: (event: DragEvent) => void;
  onDrop: () => void;
}

export interface QuestionCardProps {
  form: UseFormReturnType<Draft>;
  question: Question;
  index: number;
  /** Language whose texts are shown. */
  language: Language;
  problems: string[];
  /** Not stored yet: its key still follows its name. */
  isNew: boolean;
  open: boolean;
  onToggle: () => void;
  readOnly: boolean;
  onMove: (to: number) => void;
  over: boolean;
  drag: Drag;
}

/** One question: a line that opens to all there is to say about it. */
export function QuestionCard(props: QuestionCardProps) {
  const {
    form,
    question,
    index,
    language,
    problems,
    open,
    onToggle,
    readOnly,
    onMove,
    over,
    drag,
  } = props;
  const { t } = useTranslation('flows');
  const { questions } = form.values;
  const number = index + 1;
  const name = question.label || t('questions.unnamed', { number });
  const remove = async () => {
    const uses = usesOf(form.values, question.key);
    const sure =
      uses === 0 ||
      (await askConfirm({
        title: t('questions.removeTitle', { name }),
        message: t('questions.removeText', { count: uses }),
        confirm: t('questions.removeDo'),
      }));
    if (sure) {
      form.setFieldValue(
        'questions',
        questions.filter((_, at) => at !== index),
      );
    }
  };
  return (
    <li
      className={classes.question}
      data-over={over || undefined}
      data-open={open || undefined}
      onDragOver={drag.onDragOver}
      onDrop={drag.onDrop}
    >
      <div className={classes.head}>
        {!readOnly && (
          <span
            className={classes.grip}
            draggable
            aria-hidden
            title={t('questions.drag')}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              event.dataTransfer.setData('text/plain', name);
              drag.onDragStart();
            }}
            onDragEnd={drag.onDragEnd}
          >
            <IconGripVertical size={16} />
          </span>
        )}
        <UnstyledButton
          className={classes.title}
          aria-expanded={open}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
          onClick={onToggle}
          onKeyDown={(event) => {
            if (!event.altKey || readOnly) return;
            const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
            if (by === 0) return;
            event.preventDefault();
            onMove(index + by);
          }}
        >
          {open ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
          <span className={classes.main}>
            <span className={classes.name}>
              {number}. {name}
            </span>
            <span className={classes.asked} dir="auto">
              {question.text[language] ||
                t('questions.noText', { language: language.toUpperCase() })}
            </span>
          </span>
        </UnstyledButton>
        <Group gap={4} wrap="nowrap" visibleFrom="sm">
          {problems.length > 0 && (
            <Badge color="yellow" leftSection={<IconAlertTriangle size={12} aria-hidden />}>
              {t('questions.problems', { count: problems.length })}
            </Badge>
          )}
          {question.required && <Badge color="blue">{t('questions.required')}</Badge>}
          <Badge color="gray">{t(`kind.${question.kind}`)}</Badge>
        </Group>
        {!readOnly && (
          <Group gap={0} wrap="nowrap">
            <ActionIcon
              aria-label={t('questions.up', { name })}
              disabled={index === 0}
              onClick={() => onMove(index - 1)}
            >
              <IconArrowUp size={16} />
            </ActionIcon>
            <ActionIcon
              aria-label={t('questions.down', { name })}
              disabled={index === questions.length - 1}
              onClick={() => onMove(index + 1)}
            >
              <IconArrowDown size={16} />
            </ActionIcon>
            <ActionIcon aria-label={t('questions.remove', { name })} onClick={() => void remove()}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        )}
      </div>
      {!open && question.branches.length > 0 && <Branches {...props} />}
      {open && (
        <div className={classes.fields}>
          {problems.map((problem) => (
            <Text key={problem} size="sm" c="var(--mantine-color-yellow-text)">
              {problem}
            </Text>
          ))}
          <QuestionFields {...props} />
        </div>
      )}
    </li>
  );
}

/** Where answers lead, while the question is closed. */
function Branches({ form, question }: QuestionCardProps) {
  const { t } = useTranslation('flows');
  const nameOf = (key: string) =>
    key === 'end'
      ? t('branches.end')
      : (form.values.questions.find((one) => one.key === key)?.label ?? key);
  return (
    <Text size="xs" c="dimmed" className={classes.branches}>
      {[...new Set(question.branches.map(({ go_to }) => go_to))]
        .map((key) => t('branches.to', { name: nameOf(key) }))
        .join(' · ')}
    </Text>
  );
}
