import { ActionIcon, Button, Group, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconArrowUp, IconPlus, IconTrash } from '@/app/icons';
import { keyFor, type Language, moved, type Option, type Question } from './draft';
import classes from './flows.module.css';

const MOST_OPTIONS = 30;

interface OptionsFieldProps {
  question: Question;
  language: Language;
  readOnly: boolean;
  onChange: (options: Option[]) => void;
}

/** The answers to choose from, each with other words that people use for it. */
export function OptionsField({ question, language, readOnly, onChange }: OptionsFieldProps) {
  const { t } = useTranslation('flows');
  const { options } = question;
  const change = (index: number, part: Partial<Option>) =>
    onChange(options.map((old, at) => (at === index ? { ...old, ...part } : old)));
  const add = () => {
    const taken = options.map(({ key }) => key);
    onChange([...options, { key: keyFor('', taken, 'option'), label: {}, synonyms: [] }]);
  };
  return (
    <Stack gap="xs" role="group" aria-label={t('options.title')}>
      <Text size="sm" fw={500}>
        {t('options.title')}
      </Text>
      {options.map((option, index) => {
        const number = index + 1;
        return (
          <Group key={option.key} gap="xs" align="flex-start" className={classes.option}>
            <TextInput
              className={classes.third}
              aria-label={t('options.label', { number })}
              placeholder={t('options.example')}
              maxLength={500}
              readOnly={readOnly}
              dir="auto"
              value={option.label[language] ?? ''}
              onChange={(event) =>
                change(index, { label: { ...option.label, [language]: event.currentTarget.value } })
              }
            />
            <TagsInput
              className={classes.half}
              classNames={{ input: classes.tags }}
              aria-label={t('options.synonyms', { number })}
              placeholder={option.synonyms.length > 0 ? '' : t('options.synonymsExample')}
              readOnly={readOnly}
              maxTags={30}
              value={option.synonyms}
              onChange={(synonyms) => change(index, { synonyms })}
            />
            {!readOnly && (
              <Group gap={0} wrap="nowrap" mt={4}>
                <ActionIcon
                  aria-label={t('options.up', { number })}
                  disabled={index === 0}
                  onClick={() => onChange(moved(options, index, index - 1))}
                >
                  <IconArrowUp size={16} />
                </ActionIcon>
                <ActionIcon
                  aria-label={t('options.remove', { number })}
                  onClick={() => onChange(options.filter((_, at) => at !== index))}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            )}
          </Group>
        );
      })}
      {!readOnly && (
        <Group>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            disabled={options.length >= MOST_OPTIONS}
            onClick={add}
          >
            {t('options.add')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
