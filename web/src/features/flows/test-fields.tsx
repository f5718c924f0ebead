import { MultiSelect, NumberInput, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  type Language,
  type Op,
  opsOf,
  type Question,
  type Test,
  type Value,
  valueFor,
} from './draft';
import classes from './flows.module.css';

interface TestFieldsProps {
  question: Question;
  language: Language;
  test: Test;
  /** What it belongs to, read out: "Branch 1". */
  of: string;
  readOnly: boolean;
  onChange: (test: Test) => void;
}

/** What is asked of one answer: a comparison and its value. */
export function TestFields({ question, language, test, of, readOnly, onChange }: TestFieldsProps) {
  const { t } = useTranslation('flows');
  const ops = opsOf(question.kind);
  return (
    <>
      <Select
        className={classes.op}
        aria-label={t('test.op', { of })}
        readOnly={readOnly}
        allowDeselect={false}
        data={[...new Set([...ops, test.op])].map((op) => ({ value: op, label: t(`op.${op}`) }))}
        value={test.op}
        onChange={(op) =>
          op && onChange({ op: op as Op, value: valueFor(question, op as Op, test.value) })
        }
      />
      <ValueField
        question={question}
        language={language}
        test={test}
        label={t('test.value', { of })}
        readOnly={readOnly}
        onChange={(value) => onChange({ ...test, value })}
      />
    </>
  );
}

interface ValueFieldProps {
  question: Question;
  language: Language;
  test: Test;
  label: string;
  readOnly: boolean;
  onChange: (value: Value) => void;
}

function ValueField({ question, language, test, label, readOnly, onChange }: ValueFieldProps) {
  const { t } = useTranslation('flows');
  const { op, value } = test;
  if (op === 'answered' || op === 'not_answered' || op === 'refused') return null;
  const shared = { className: classes.value, 'aria-label': label, readOnly };
  if (question.kind === 'yes_no') {
    return (
      <Select
        {...shared}
        allowDeselect={false}
        data={[
          { value: 'yes', label: t('yes') },
          { value: 'no', label: t('no') },
        ]}
        value={value === false ? 'no' : 'yes'}
        onChange={(next) => onChange(next !== 'no')}
      />
    );
  }
  if (question.kind === 'number' || question.kind === 'money' || op === 'within_days') {
    return (
      <NumberInput
        {...shared}
        thousandSeparator=","
        value={typeof value === 'number' ? value : ''}
        {...(question.kind === 'money' && question.currency
          ? { suffix: ` ${question.currency}` }
          : {})}
        {...(op === 'within_days' ? { min: 0, suffix: ` ${t('days')}` } : {})}
        onChange={(next) => onChange(typeof next === 'number' ? next : null)}
      />
    );
  }
  if (question.kind === 'choice') {
    const data = question.options.map((option) => ({
      value: option.key,
      label: option.label[language] || option.key,
    }));
    return op === 'one_of' ? (
      <MultiSelect
        {...shared}
        data={data}
        value={Array.isArray(value) ? value : []}
        onChange={onChange}
      />
    ) : (
      <Select
        {...shared}
        data={data}
        value={typeof value === 'string' ? value : null}
        onChange={onChange}
      />
    );
  }
  return (
    <TextInput
      {...shared}
      maxLength={120}
      placeholder={question.kind === 'time' ? '14:30' : ''}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
