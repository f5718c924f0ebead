import { ActionIcon, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconTrash } from '@/app/icons';
import { type Branch, END, type Language, type Question, testOn } from './draft';
import classes from './flows.module.css';
import { TestFields } from './test-fields';

const MOST_BRANCHES = 10;

interface BranchesFieldProps {
  questions: readonly Question[];
  index: number;
  language: Language;
  readOnly: boolean;
  onChange: (branches: Branch[]) => void;
}

/** Where answers lead: on to a later question or to the end; without one, to the next question. */
export function BranchesField(props: BranchesFieldProps) {
  const { questions, index, language, readOnly, onChange } = props;
  const { t } = useTranslation('flows');
  const question = questions[index] as Question;
  const { branches } = question;
  const targets = [
    ...questions
      .slice(index + 1)
      .map(({ key, label }, at) => ({ value: key, label: `${index + at + 2}. ${label || key}` })),
    { value: END, label: t('branches.end') },
  ];
  const change = (at: number, part: Partial<Branch>) =>
    onChange(branches.map((old, place) => (place === at ? { ...old, ...part } : old)));
  return (
    <Stack gap="xs" role="group" aria-label={t('branches.title')}>
      <Text size="sm" fw={500}>
        {t('branches.title')}
      </Text>
      {branches.length === 0 && (
        <Text size="xs" c="dimmed">
          {t('branches.none')}
        </Text>
      )}
      {branches.map((branch, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: branches have nothing of their own
        <div key={at} className={classes.condition}>
          <Text size="sm" className={classes.word}>
            {t('branches.if')}
          </Text>
          <TestFields
            question={question}
            language={language}
            test={branch}
            of={t('branches.one', { number: at + 1 })}
            readOnly={readOnly}
            onChange={(test) => change(at, test)}
          />
          <Select
            className={classes.value}
            aria-label={t('branches.goTo', { number: at + 1 })}
            readOnly={readOnly}
            allowDeselect={false}
            data={targets}
            value={branch.go_to}
            error={!targets.some(({ value }) => value === branch.go_to) && t('branches.back')}
            onChange={(go_to) => go_to && change(at, { go_to })}
          />
          {!readOnly && (
            <ActionIcon
              mt={4}
              aria-label={t('branches.remove', { number: at + 1 })}
              onClick={() => onChange(branches.filter((_, place) => place !== at))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </div>
      ))}
      {!readOnly && (
        <Group>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            disabled={branches.length >= MOST_BRANCHES}
            onClick={() => onChange([...branches, { ...testOn(question), go_to: END }])}
          >
            {t('branches.add')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
