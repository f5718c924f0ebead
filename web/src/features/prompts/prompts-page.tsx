import { Badge, Button, Card, Group, Select, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatRelative } from '@/app/format';
import { IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { FormDialog } from '@/components/form-dialog';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { withUsedVariables } from './content';
import classes from './prompts.module.css';
import { changePrompt, type Prompt, type PromptSummary, promptsQuery } from './queries';

const route = getRouteApi('/_app/settings/prompts/');
export const TASKS = ['answer', 'summarise', 'classify', 'draft', 'extract', 'agent'] as const;
const ORIGIN_COLOURS = { product: 'gray', changed: 'blue', own: 'green' } as const;

function PromptRow({ prompt }: { prompt: PromptSummary }) {
  const { t } = useTranslation('prompts');
  const draft = prompt.latest > (prompt.published ?? 0);
  const [passed, failed] = prompt.last_run ?? [];
  return (
    <li className={classes.row}>
      <div className={classes.grow}>
        <Group gap="xs">
          <LinkAnchor
            to="/settings/prompts/$promptId"
            params={{ promptId: prompt.key }}
            fw={500}
            className={classes.breakable}
          >
            {prompt.name}
          </LinkAnchor>
          <Badge color={ORIGIN_COLOURS[prompt.origin]}>{t(`origin.${prompt.origin}`)}</Badge>
          {draft && <Badge color="yellow">{t('draft')}</Badge>}
          {failed !== undefined && failed > 0 && (
            <Badge color="red">{t('testsFailed', { count: failed })}</Badge>
          )}
          {failed === 0 && <Badge color="green">{t('testsPassed', { count: passed ?? 0 })}</Badge>}
        </Group>
        <Text size="sm" c="dimmed">
          {prompt.description}
        </Text>
        <Text size="xs" c="dimmed" className={classes.breakable}>
          {[
            prompt.key,
            t(`task.${prompt.task}`),
            t('testCount', { count: prompt.tests }),
            prompt.updated_at && t('changed', { when: formatRelative(prompt.updated_at) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
    </li>
  );
}

function NewPrompt({ onClose, onMade }: { onClose: () => void; onMade: (key: string) => void }) {
  const { t } = useTranslation('prompts');
  const form = useForm({
    initialValues: {
      name: '',
      key: '',
      task: 'draft' as (typeof TASKS)[number],
      description: '',
      content: '',
    },
    validate: {
      name: (value) => (value.trim() ? null : t('new.nameMissing')),
      key: (value) => (/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/.test(value) ? null : t('new.keyWrong')),
      content: (value) => (value.trim() ? null : t('new.textMissing')),
    },
  });
  return (
    <FormDialog
      title={t('new.title')}
      size="lg"
      form={form}
      submit={t('new.submit')}
      onClose={onClose}
      onSubmit={async ({ content, ...values }) => {
        const made = await changePrompt<Prompt>('post', '', {
          body: {
            ...values,
            content: withUsedVariables({ instructions: content, message: '', variables: [] }),
          },
        });
        onMade(made.key);
      }}
    >
      <TextInput
        label={t('new.name')}
        required
        data-autofocus
        maxLength={80}
        {...form.getInputProps('name')}
      />
      <TextInput
        label={t('new.key')}
        description={t('new.keyText')}
        placeholder="sales.follow_up"
        required
        maxLength={60}
        {...form.getInputProps('key')}
      />
      <Select
        label={t('new.task')}
        description={t('new.taskText')}
        data={TASKS.map((value) => ({ value, label: t(`task.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps('task')}
      />
      <TextInput
        label={t('new.description')}
        maxLength={500}
        {...form.getInputProps('description')}
      />
      <Textarea
        label={t('instructions')}
        description={t('instructionsText')}
        required
        autosize
        minRows={4}
        maxRows={12}
        maxLength={20_000}
        {...form.getInputProps('content')}
      />
    </FormDialog>
  );
}

/** The texts that models are given: the product's, changed ones, and one's own. */
export function PromptsPage() {
  const { t } = useTranslation('prompts');
  const { create } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(promptsQuery());
  const mayWrite = useMay('ai:write');
  return (
    <Page layout="form">
      <PageHeader
        title={t('title')}
        description={t('text')}
        count={data?.items.length}
        actions={
          mayWrite && (
            <Button
              leftSection={<IconPlus size={16} />}
              onClick={() => void navigate({ search: { create: true }, replace: true })}
            >
              {t('new.title')}
            </Button>
          )
        }
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={8} />}
      {data && (
        <Card>
          <ul className={classes.list}>
            {data.items.map((prompt) => (
              <PromptRow key={prompt.key} prompt={prompt} />
            ))}
          </ul>
        </Card>
      )}
      {mayWrite && create && (
        <NewPrompt
          onClose={() => void navigate({ search: {}, replace: true })}
          onMade={(promptId) =>
            void navigate({ to: '/settings/prompts/$promptId', params: { promptId } })
          }
        />
      )}
    </Page>
  );
}
