import {
  ActionIcon,
  Button,
  Group,
  SegmentedControl,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconTrash } from '@/app/icons';
import { LinkAnchor } from '@/components/link-anchor';
import classes from './agents.module.css';
import type { TabProps } from './draft';

const MOST_TOPICS = 30;

function TopicFields({ form, readOnly, index }: TabProps & { index: number }) {
  const { t } = useTranslation('agents');
  const topic = form.values.topics[index];
  if (!topic) return null;
  const name = topic.name || t('topics.number', { number: index + 1 });
  return (
    <fieldset className={classes.topic} aria-label={name}>
      <Group gap="sm" align="flex-end">
        <TextInput
          className={classes.grow}
          label={t('topics.name')}
          required
          maxLength={60}
          readOnly={readOnly}
          {...form.getInputProps(`topics.${index}.name`)}
        />
        <SegmentedControl
          aria-label={t('topics.rule')}
          readOnly={readOnly}
          data={[
            { value: 'deny', label: t('topics.deny') },
            { value: 'allow', label: t('topics.allow') },
          ]}
          {...form.getInputProps(`topics.${index}.rule`)}
        />
        {!readOnly && (
          <ActionIcon
            size={36}
            aria-label={t('topics.remove', { name })}
            onClick={() => form.removeListItem('topics', index)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        )}
      </Group>
      <TagsInput
        label={t('topics.keywords')}
        description={t('topics.keywordsText')}
        acceptValueOnBlur
        maxTags={50}
        maxLength={60}
        readOnly={readOnly}
        {...form.getInputProps(`topics.${index}.keywords`)}
      />
      <Textarea
        label={t('topics.examples')}
        description={t('topics.examplesText')}
        autosize
        minRows={2}
        maxRows={8}
        readOnly={readOnly}
        value={topic.examples.join('\n')}
        onChange={(event) =>
          form.setFieldValue(`topics.${index}.examples`, event.currentTarget.value.split('\n'))
        }
        onBlur={() =>
          form.setFieldValue(
            `topics.${index}.examples`,
            topic.examples.map((line) => line.trim()).filter(Boolean),
          )
        }
      />
    </fieldset>
  );
}

/** What it answers from, and what it talks about. */
export function KnowledgeTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('agents');
  const { topics } = form.values;
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3">
          {t('knowledge.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('knowledge.text')} <LinkAnchor to="/knowledge">{t('knowledge.open')}</LinkAnchor>
        </Text>
      </div>
      <Switch
        label={t('knowledge.clients')}
        description={t('knowledge.clientsText')}
        disabled={readOnly}
        {...form.getInputProps('verified_are_clients', { type: 'checkbox' })}
      />
      <div>
        <Title order={2} size="h3">
          {t('topics.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('topics.text')}
        </Text>
      </div>
      {topics.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a topic is its place in the list
        <TopicFields key={index} form={form} readOnly={readOnly} index={index} />
      ))}
      {form.errors.topics && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {form.errors.topics}
        </Text>
      )}
      {!readOnly && topics.length < MOST_TOPICS && (
        <div>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() =>
              form.insertListItem('topics', { name: '', rule: 'deny', keywords: [], examples: [] })
            }
          >
            {t('topics.add')}
          </Button>
        </div>
      )}
    </Stack>
  );
}
