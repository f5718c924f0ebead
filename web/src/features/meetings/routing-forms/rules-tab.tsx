import { ActionIcon, Button, Card, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@/app/icons';
import { moved, type Question } from '../event-types/questions';
import { ConditionRow } from './condition-row';
import { type Condition, conditionOn, type Rule, type Target } from './draft';
import { errorAt, type TabProps } from './form';
import classes from './routing-forms.module.css';
import { TargetFields } from './target-fields';

const MOST_RULES = 50;
const MOST_CONDITIONS = 10;

/** Rules in the order in which they are tried, and where everybody else goes. */
export function RulesTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('meetings/routing-forms');
  const { rules, questions, fallback } = form.values;
  const put = (next: Rule[]) => form.setFieldValue('rules', next);
  const add = () => {
    const [first] = questions;
    if (!first) return;
    const target: Target = { kind: 'event_type', event_type_id: '' };
    put([...rules, { name: '', match: 'all', conditions: [conditionOn(first)], target }]);
  };
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t('rules.text')}
      </Text>
      {rules.length > 0 && (
        <ol className={classes.rules} aria-label={t('tab.rules')}>
          {rules.map((rule, index) => (
            <RuleCard
              // biome-ignore lint/suspicious/noArrayIndexKey: names of rules change while they are written
              key={index}
              index={index}
              rule={rule}
              questions={questions}
              errorOf={(field) => errorAt(form, `rules.${index}.${field}`)}
              readOnly={readOnly}
              onChange={(next) => put(rules.map((old, at) => (at === index ? next : old)))}
              onRemove={() => put(rules.filter((_, at) => at !== index))}
              onMove={(to) => put(moved(rules, index, to))}
              last={index === rules.length - 1}
            />
          ))}
        </ol>
      )}
      {!readOnly && (
        <Group>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            disabled={rules.length >= MOST_RULES}
            onClick={add}
          >
            {t('rules.add')}
          </Button>
        </Group>
      )}
      <Card withBorder className={classes.rule} component="section">
        <Stack gap="xs">
          <Text fw={600} size="sm">
            {t(rules.length > 0 ? 'rules.else' : 'rules.everybody')}
          </Text>
          <TargetFields
            of={t('rules.else')}
            target={fallback}
            error={errorAt(form, 'fallback')}
            readOnly={readOnly}
            onChange={(target) => form.setFieldValue('fallback', target)}
          />
        </Stack>
      </Card>
    </Stack>
  );
}

interface RuleCardProps {
  index: number;
  rule: Rule;
  questions: readonly Question[];
  errorOf: (field: string) => React.ReactNode;
  readOnly: boolean;
  last: boolean;
  onChange: (rule: Rule) => void;
  onRemove: () => void;
  onMove: (to: number) => void;
}

function RuleCard(props: RuleCardProps) {
  const { index, rule, questions, errorOf, readOnly, last, onChange, onRemove, onMove } = props;
  const { t } = useTranslation('meetings/routing-forms');
  const number = index + 1;
  const { conditions } = rule;
  const putConditions = (next: Condition[]) => onChange({ ...rule, conditions: next });
  return (
    <Card withBorder className={classes.rule} component="li">
      <Stack gap="xs">
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <TextInput
            flex={1}
            aria-label={t('rule.name', { number })}
            placeholder={t('rule.example')}
            maxLength={120}
            readOnly={readOnly}
            value={rule.name}
            error={errorOf('name')}
            onChange={(event) => onChange({ ...rule, name: event.currentTarget.value })}
          />
          {!readOnly && (
            <Group gap={2} wrap="nowrap" mt={4}>
              <ActionIcon
                aria-label={t('rule.up', { number })}
                disabled={index === 0}
                onClick={() => onMove(index - 1)}
              >
                <IconArrowUp size={16} />
              </ActionIcon>
              <ActionIcon
                aria-label={t('rule.down', { number })}
                disabled={last}
                onClick={() => onMove(index + 1)}
              >
                <IconArrowDown size={16} />
              </ActionIcon>
              <ActionIcon aria-label={t('rule.remove', { number })} onClick={onRemove}>
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
          )}
        </Group>
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {t('rule.if')}
          </Text>
          {conditions.length > 1 && (
            <Select
              w={220}
              aria-label={t('rule.match', { number })}
              readOnly={readOnly}
              data={[
                { value: 'all', label: t('rule.all') },
                { value: 'any', label: t('rule.any') },
              ]}
              value={rule.match}
              onChange={(match) => onChange({ ...rule, match: match === 'any' ? 'any' : 'all' })}
            />
          )}
        </Group>
        <ul className={classes.conditions}>
          {conditions.map((condition, at) => (
            <ConditionRow
              // biome-ignore lint/suspicious/noArrayIndexKey: conditions have nothing of their own
              key={at}
              condition={condition}
              questions={questions}
              where={{ number: at + 1, rule: number }}
              errorOf={(field) => errorOf(`conditions.${at}.${field}`)}
              readOnly={readOnly}
              onChange={(next) =>
                putConditions(conditions.map((old, place) => (place === at ? next : old)))
              }
              onRemove={
                conditions.length > 1
                  ? () => putConditions(conditions.filter((_, place) => place !== at))
                  : undefined
              }
            />
          ))}
        </ul>
        {!readOnly && questions[0] && (
          <Group>
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconPlus size={14} />}
              disabled={conditions.length >= MOST_CONDITIONS}
              aria-label={t('rule.addConditionTo', { number })}
              onClick={() => putConditions([...conditions, conditionOn(questions[0] as Question)])}
            >
              {t('rule.addCondition')}
            </Button>
          </Group>
        )}
        <Text size="sm" fw={500}>
          {t('rule.then')}
        </Text>
        <TargetFields
          of={t('rule.of', { number })}
          target={rule.target}
          error={errorOf('target')}
          readOnly={readOnly}
          onChange={(target) => onChange({ ...rule, target })}
        />
      </Stack>
    </Card>
  );
}
