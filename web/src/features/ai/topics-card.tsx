import {
  ActionIcon,
  Badge,
  Button,
  Group,
  SegmentedControl,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconPencil, IconPlus, IconTrash } from '@/app/icons';
import { FormDialog } from '@/components/form-dialog';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastSuccess } from '@/components/toasts';
import classes from './ai.module.css';
import { changeAi, type Policy, type Topic } from './queries';
import { usePolicy } from './use-policy';

interface TopicDialogProps {
  policy: Policy;
  /** Place in the list; one past its end for a new topic. */
  index: number;
  onClose: () => void;
}

function TopicDialog({ policy, index, onClose }: TopicDialogProps) {
  const { t } = useTranslation('ai');
  const topic = policy.topics?.[index];
  const form = useForm({
    initialValues: {
      name: topic?.name ?? '',
      rule: topic?.rule ?? ('deny' as Topic['rule']),
      keywords: topic?.keywords ?? [],
      examples: (topic?.examples ?? []).join('\n'),
    },
    validate: {
      name: (value) => (value.trim() ? null : t('topics.nameMissing')),
      examples: (value, values) =>
        value.trim() || values.keywords.length > 0 ? null : t('topics.nothing'),
    },
  });
  return (
    <FormDialog
      title={topic ? t('topics.edit', { name: topic.name }) : t('topics.new')}
      size="lg"
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async (values) => {
        const examples = values.examples.split('\n').map((line) => line.trim());
        const topics = [...(policy.topics ?? [])];
        topics[index] = { ...values, examples: examples.filter((line) => line !== '') };
        const { version, ...rest } = policy;
        await changeAi('put', '/policy', { body: { ...rest, topics }, version });
        toastSuccess(t('policySaved'));
        onClose();
      }}
    >
      <TextInput
        label={t('topics.name')}
        required
        data-autofocus
        maxLength={60}
        {...form.getInputProps('name')}
      />
      <SegmentedControl
        aria-label={t('topics.rule')}
        data={[
          { value: 'deny', label: t('topics.deny') },
          { value: 'allow', label: t('topics.allow') },
        ]}
        {...form.getInputProps('rule')}
      />
      <TagsInput
        label={t('topics.keywords')}
        description={t('topics.keywordsText')}
        acceptValueOnBlur
        maxTags={50}
        {...form.getInputProps('keywords')}
      />
      <Textarea
        label={t('topics.examples')}
        description={t('topics.examplesText')}
        autosize
        minRows={3}
        maxRows={10}
        {...form.getInputProps('examples')}
      />
    </FormDialog>
  );
}

/** What answers keep to, and keep away from. */
export function TopicsCard({ mayWrite }: { mayWrite: boolean }) {
  const { t } = useTranslation('ai');
  const { policy, error, refetch, save } = usePolicy();
  const [edited, setEdited] = useState<number>();
  const topics = policy?.topics ?? [];
  return (
    <SettingsCard
      title={t('topics.title')}
      description={t('topics.text')}
      action={
        mayWrite &&
        policy && (
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => setEdited(topics.length)}
          >
            {t('topics.new')}
          </Button>
        )
      }
    >
      {error && !policy && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!policy && !error && <LoadingLines />}
      {policy && topics.length === 0 && <EmptyState title={t('topics.empty')} compact />}
      {topics.length > 0 && (
        <ul className={classes.list}>
          {topics.map((topic, index) => (
            <li key={topic.name} className={classes.row}>
              <div className={classes.grow}>
                <Group gap="xs">
                  <Text size="sm" fw={500} className={classes.breakable}>
                    {topic.name}
                  </Text>
                  <Badge color={topic.rule === 'deny' ? 'red' : 'green'}>
                    {t(`topics.${topic.rule}`)}
                  </Badge>
                </Group>
                <Text size="xs" c="dimmed" className={classes.breakable}>
                  {[...(topic.keywords ?? []), ...(topic.examples ?? [])].join(' · ')}
                </Text>
              </div>
              {mayWrite && (
                <Group gap={0} wrap="nowrap">
                  <ActionIcon
                    aria-label={t('topics.edit', { name: topic.name })}
                    onClick={() => setEdited(index)}
                  >
                    <IconPencil size={16} />
                  </ActionIcon>
                  <ActionIcon
                    aria-label={t('topics.remove', { name: topic.name })}
                    onClick={() => void save({ topics: topics.filter((one) => one !== topic) })}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                </Group>
              )}
            </li>
          ))}
        </ul>
      )}
      {policy && edited !== undefined && (
        <TopicDialog policy={policy} index={edited} onClose={() => setEdited(undefined)} />
      )}
    </SettingsCard>
  );
}
