import { ActionIcon, MultiSelect, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconX } from '@/app/icons';
import type { Question } from '../event-types/questions';
import { type Condition, conditionOn, type Op, opsOf, valueFor } from './draft';
import classes from './routing-forms.module.css';

interface ConditionRowProps {
  condition: Condition;
  questions: readonly Question[];
  /** Which condition of which rule, for screen readers. */
  where: { number: number; rule: number };
  errorOf: (field: 'question' | 'op' | 'value') => ReactNode;
  readOnly: boolean;
  onChange: (condition: Condition) => void;
  onRemove: (() => void) | undefined;
}

/** One "question, comparison, value". */
export function ConditionRow(props: ConditionRowProps) {
  const { condition, questions, where, errorOf, readOnly, onChange, onRemove } = props;
  const { t } = useTranslation('meetings/routing-forms');
  const question = questions.find(({ key }) => key === condition.question);
  return (
    <li className={classes.condition}>
      <Select
        aria-label={t('rule.question', where)}
        placeholder={t('rule.chooseQuestion')}
        className={classes.asked}
        readOnly={readOnly}
        data={questions.map(({ key, label }) => ({ value: key, label: label || t('unnamed') }))}
        value={question ? condition.question : null}
        error={errorOf('question')}
        onChange={(key) => {
          const next = questions.find((one) => one.key === key);
          if (next) onChange(conditionOn(next, condition));
        }}
      />
      {question && (
        <Select
          aria-label={t('rule.op', where)}
          className={classes.op}
          readOnly={readOnly}
          data={opsOf(question.kind).map((op) => ({ value: op, label: t(`op.${op}`) }))}
          value={condition.op}
          error={errorOf('op')}
          onChange={(op) =>
            onChange({
              ...condition,
              op: op as Op,
              value: valueFor(question, op as Op, condition.value),
            })
          }
        />
      )}
      {question && <ValueField {...props} question={question} label={t('rule.value', where)} />}
      {!readOnly && onRemove && (
        <ActionIcon
          className={classes.conditionRemove}
          aria-label={t('rule.removeCondition', where)}
          onClick={onRemove}
        >
          <IconX size={16} />
        </ActionIcon>
      )}
    </li>
  );
}

function ValueField({
  condition,
  question,
  label,
  errorOf,
  readOnly,
  onChange,
}: ConditionRowProps & { question: Question; label: string }) {
  const { t } = useTranslation('meetings/routing-forms');
  const { op, value } = condition;
  if (op === 'answered' || op === 'not_answered') return null;
  const shared = {
    'aria-label': label,
    className: classes.value,
    readOnly,
    error: errorOf('value'),
  };
  const take = (next: Condition['value']) => onChange({ ...condition, value: next });
  if (question.kind === 'checkbox') {
    return (
      <Select
        {...shared}
        data={[
          { value: 'yes', label: t('ticked') },
          { value: 'no', label: t('notTicked') },
        ]}
        value={value === false ? 'no' : 'yes'}
        onChange={(next) => take(next !== 'no')}
      />
    );
  }
  if (question.kind === 'number') {
    return (
      <NumberInput
        {...shared}
        value={typeof value === 'number' ? value : ''}
        onChange={(next) => take(typeof next === 'number' ? next : null)}
      />
    );
  }
  const many = Array.isArray(value) ? value : [];
  const one = typeof value === 'string' ? value : '';
  if (question.kind === 'select') {
    return op === 'one_of' ? (
      <MultiSelect {...shared} data={question.options} value={many} onChange={take} />
    ) : (
      <Select {...shared} data={question.options} value={one || null} onChange={take} />
    );
  }
  return op === 'one_of' ? (
    <TagsInput {...shared} maxTags={50} value={many} onChange={take} />
  ) : (
    <TextInput
      {...shared}
      maxLength={200}
      value={one}
      onChange={(event) => take(event.currentTarget.value)}
    />
  );
}
