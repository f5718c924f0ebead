import {
  ActionIcon,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@/app/icons';
import { type Condition, type Draft, type Outcome, testOn } from './draft';
import classes from './flows.module.css';
import { QuestionSelect } from './outcomes-tab';
import { TestFields } from './test-fields';

const STEPS = ['book', 'hand_over', 'nurture', 'none'] as const;
const MOST_CONDITIONS = 10;

interface OutcomeCardProps {
  draft: Draft;
  outcome: Outcome;
  /** Place in the order; the one for everybody else has none. */
  number?: number;
  problems: string[];
  readOnly: boolean;
  onChange: (outcome: Outcome) => void;
  onRemove?: () => void;
  onMove?: (by: number) => void;
  last?: boolean;
}

/** One outcome: when it fits, and what follows. */
export function OutcomeCard(props: OutcomeCardProps) {
  const { draft, outcome, number, problems, readOnly, onChange, onRemove, onMove, last } = props;
  const { t } = useTranslation('flows');
  const of = number === undefined ? t('outcome.otherwise') : t('outcome.one', { number });
  const change = (part: Partial<Outcome>) => onChange({ ...outcome, ...part });
  const steps = STEPS.filter((step) => step !== 'book' || outcome.state === 'qualified');
  const { language } = draft;
  return (
    <li className={classes.outcome}>
      <Stack gap="sm">
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <TextInput
            className={classes.grow}
            label={of}
            placeholder={t('outcome.example')}
            maxLength={120}
            readOnly={readOnly}
            value={outcome.name}
            error={problems[0]}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          {!readOnly && onMove && (
            <Group gap={0} wrap="nowrap" mb={4}>
              <ActionIcon
                aria-label={t('outcome.up', { number })}
                disabled={number === 1}
                onClick={() => onMove(-1)}
              >
                <IconArrowUp size={16} />
              </ActionIcon>
              <ActionIcon
                aria-label={t('outcome.down', { number })}
                disabled={last ?? false}
                onClick={() => onMove(1)}
              >
                <IconArrowDown size={16} />
              </ActionIcon>
              <ActionIcon aria-label={t('outcome.remove', { number })} onClick={onRemove}>
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
          )}
        </Group>
        {number !== undefined && <When {...props} of={of} />}
        <Group gap="sm" align="flex-start">
          <Select
            className={classes.third}
            label={t('outcome.state')}
            readOnly={readOnly}
            allowDeselect={false}
            data={(['qualified', 'unqualified'] as const).map((value) => ({
              value,
              label: t(`run.${value}`),
            }))}
            value={outcome.state}
            onChange={(state) =>
              change({
                state: state as Outcome['state'],
                ...(state === 'unqualified' && outcome.next_step === 'book'
                  ? { next_step: 'nurture' }
                  : {}),
              })
            }
          />
          <Select
            className={classes.third}
            label={t('outcome.next')}
            readOnly={readOnly}
            allowDeselect={false}
            data={steps.map((value) => ({ value, label: t(`step.${value}`) }))}
            value={outcome.next_step}
            onChange={(step) => change({ next_step: step as Outcome['next_step'] })}
          />
          <TagsInput
            className={classes.third}
            label={t('outcome.tags')}
            readOnly={readOnly}
            maxTags={10}
            value={outcome.tags}
            onChange={(tags) => change({ tags })}
          />
        </Group>
        <Textarea
          label={t('outcome.message', { language: t(`language.${language}`) })}
          autosize
          maxLength={500}
          readOnly={readOnly}
          dir="auto"
          value={outcome.message[language] ?? ''}
          onChange={(event) =>
            change({ message: { ...outcome.message, [language]: event.currentTarget.value } })
          }
        />
      </Stack>
    </li>
  );
}

/** When an outcome fits: the score, and answers. */
function When({ draft, outcome, readOnly, onChange, of }: OutcomeCardProps & { of: string }) {
  const { t } = useTranslation('flows');
  const { questions, scoring, language } = draft;
  const { conditions } = outcome;
  const change = (part: Partial<Outcome>) => onChange({ ...outcome, ...part });
  const put = (index: number, part: Partial<Condition>) =>
    change({
      conditions: conditions.map((old, at) => (at === index ? { ...old, ...part } : old)),
    });
  const number = (value: string | number) => (typeof value === 'number' ? value : null);
  const [first] = questions;
  return (
    <>
      {(scoring.length > 0 || outcome.min_score !== null || outcome.max_score !== null) && (
        <Group gap="sm">
          <NumberInput
            className={classes.third}
            label={t('outcome.minScore')}
            min={0}
            max={100}
            allowDecimal={false}
            readOnly={readOnly}
            value={outcome.min_score ?? ''}
            onChange={(value) => change({ min_score: number(value) })}
          />
          <NumberInput
            className={classes.third}
            label={t('outcome.maxScore')}
            min={0}
            max={100}
            allowDecimal={false}
            readOnly={readOnly}
            value={outcome.max_score ?? ''}
            onChange={(value) => change({ max_score: number(value) })}
          />
        </Group>
      )}
      {conditions.length > 1 && (
        <Select
          maw={260}
          aria-label={t('outcome.match', { of })}
          readOnly={readOnly}
          allowDeselect={false}
          data={[
            { value: 'all', label: t('outcome.all') },
            { value: 'any', label: t('outcome.any') },
          ]}
          value={outcome.match}
          onChange={(match) => change({ match: match === 'any' ? 'any' : 'all' })}
        />
      )}
      {conditions.map((condition, index) => {
        const question = questions.find(({ key }) => key === condition.question);
        const which = t('outcome.condition', { of, number: index + 1 });
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have nothing of their own
          <div key={index} className={classes.condition}>
            <Text size="sm" className={classes.word}>
              {t('branches.if')}
            </Text>
            <QuestionSelect
              questions={questions}
              value={condition.question}
              label={which}
              error={question ? undefined : t('score.gone')}
              readOnly={readOnly}
              onChange={(next) => put(index, { question: next.key, ...testOn(next, condition) })}
            />
            {question && (
              <TestFields
                question={question}
                language={language}
                test={condition}
                of={which}
                readOnly={readOnly}
                onChange={(test) => put(index, test)}
              />
            )}
            {!readOnly && (
              <ActionIcon
                mt={4}
                aria-label={t('outcome.removeCondition', { which })}
                onClick={() => change({ conditions: conditions.filter((_, at) => at !== index) })}
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
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            aria-label={t('outcome.addCondition', { of })}
            disabled={conditions.length >= MOST_CONDITIONS}
            onClick={() =>
              change({ conditions: [...conditions, { question: first.key, ...testOn(first) }] })
            }
          >
            {t('outcome.andAnswer')}
          </Button>
        </Group>
      )}
    </>
  );
}
