import { ActionIcon, Button, Group, NumberInput, Select, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconTrash } from '@/app/icons';
import {
  mostPoints,
  moved,
  type Outcome,
  problemsAt,
  type Question,
  type ScoreRule,
  testOn,
} from './draft';
import classes from './flows.module.css';
import type { TabProps } from './form';
import { OutcomeCard } from './outcome-card';
import { TestFields } from './test-fields';

const MOST_RULES = 80;
const MOST_OUTCOMES = 12;

/** Points for answers, and what follows from them. */
export function OutcomesTab(props: TabProps) {
  const { t } = useTranslation('flows');
  const { form, readOnly, flow, dirty } = props;
  const { outcomes, otherwise, scoring } = form.values;
  const put = (next: Outcome[]) => form.setFieldValue('outcomes', next);
  const blank: Outcome = {
    name: '',
    state: 'qualified',
    match: 'all',
    conditions: [],
    min_score: scoring.length > 0 ? 60 : null,
    max_score: null,
    next_step: 'book',
    tags: [],
    message: {},
  };
  return (
    <Stack gap="lg">
      <Scoring {...props} />
      <Stack gap="sm" component="section" aria-labelledby="outcomes">
        <div>
          <Title order={2} size="h4" id="outcomes">
            {t('outcomes.title')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('outcomes.text')}
          </Text>
        </div>
        <ol className={classes.questions}>
          {outcomes.map((outcome, index) => (
            <OutcomeCard
              // biome-ignore lint/suspicious/noArrayIndexKey: names change while they are written
              key={index}
              draft={form.values}
              outcome={outcome}
              number={index + 1}
              problems={dirty ? [] : problemsAt(flow.problems, `outcomes.${index}`)}
              readOnly={readOnly}
              onChange={(next) => put(outcomes.map((old, at) => (at === index ? next : old)))}
              onRemove={() => put(outcomes.filter((_, at) => at !== index))}
              onMove={(by) => put(moved(outcomes, index, index + by))}
              last={index === outcomes.length - 1}
            />
          ))}
          <OutcomeCard
            draft={form.values}
            outcome={otherwise}
            problems={dirty ? [] : problemsAt(flow.problems, 'otherwise')}
            readOnly={readOnly}
            onChange={(next) => form.setFieldValue('otherwise', next)}
          />
        </ol>
        {!readOnly && (
          <Group>
            <Button
              variant="default"
              leftSection={<IconPlus size={16} />}
              disabled={outcomes.length >= MOST_OUTCOMES}
              onClick={() => put([...outcomes, blank])}
            >
              {t('outcomes.add')}
            </Button>
          </Group>
        )}
      </Stack>
    </Stack>
  );
}

function Scoring({ form, readOnly, flow, dirty }: TabProps) {
  const { t } = useTranslation('flows');
  const { questions, scoring, language } = form.values;
  const put = (next: ScoreRule[]) => form.setFieldValue('scoring', next);
  const change = (index: number, part: Partial<ScoreRule>) =>
    put(scoring.map((old, at) => (at === index ? { ...old, ...part } : old)));
  const [first] = questions;
  return (
    <Stack gap="sm" component="section" aria-labelledby="scoring">
      <div>
        <Title order={2} size="h4" id="scoring">
          {t('score.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {scoring.length > 0 ? t('score.most', { points: mostPoints(scoring) }) : t('score.none')}
        </Text>
      </div>
      {scoring.map((rule, index) => {
        const number = index + 1;
        const question = questions.find(({ key }) => key === rule.question);
        const wrong = dirty ? [] : problemsAt(flow.problems, `scoring.${index}`);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have nothing of their own
          <div key={index} className={classes.condition}>
            <QuestionSelect
              questions={questions}
              value={rule.question}
              label={t('score.question', { number })}
              error={wrong[0] ?? (question ? undefined : t('score.gone'))}
              readOnly={readOnly}
              onChange={(next) => change(index, { question: next.key, ...testOn(next, rule) })}
            />
            {question && (
              <TestFields
                question={question}
                language={language}
                test={rule}
                of={t('score.one', { number })}
                readOnly={readOnly}
                onChange={(test) => change(index, test)}
              />
            )}
            <NumberInput
              className={classes.points}
              aria-label={t('score.points', { number })}
              prefix={rule.points > 0 ? '+' : ''}
              min={-100}
              max={100}
              allowDecimal={false}
              readOnly={readOnly}
              value={rule.points}
              onChange={(points) => change(index, { points: Number(points) || 0 })}
            />
            {!readOnly && (
              <ActionIcon
                mt={4}
                aria-label={t('score.remove', { number })}
                onClick={() => put(scoring.filter((_, at) => at !== index))}
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </div>
        );
      })}
      {!readOnly && first && (
        <Group>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            disabled={scoring.length >= MOST_RULES}
            onClick={() => put([...scoring, { question: first.key, ...testOn(first), points: 10 }])}
          >
            {t('score.add')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface QuestionSelectProps {
  questions: readonly Question[];
  value: string;
  label: string;
  error?: string | undefined;
  readOnly: boolean;
  onChange: (question: Question) => void;
}

/** Which question's answer is meant. */
export function QuestionSelect({
  questions,
  value,
  label,
  error,
  readOnly,
  onChange,
}: QuestionSelectProps) {
  return (
    <Select
      className={classes.value}
      aria-label={label}
      readOnly={readOnly}
      allowDeselect={false}
      error={error}
      data={questions.map(({ key, label: name }) => ({ value: key, label: name || key }))}
      value={value}
      onChange={(key) => {
        const found = questions.find((one) => one.key === key);
        if (found) onChange(found);
      }}
    />
  );
}
