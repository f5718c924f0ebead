import { Alert, Button, Group, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconAlertTriangle, IconCheck } from '@/app/icons';
import { ApiForm } from '@/components/api-form';
import { AnswerText } from './answer-text';
import { GAPS, type Gap, type GapChecked, QUESTIONS } from './queries';

const SCOPES = ['public', 'clients', 'internal'] as const;

export interface Writing {
  gapId: string;
  question: string;
  scope: Gap['scope'];
  answer?: string;
}

function Result({ result, onClose }: { result: GapChecked; onClose: () => void }) {
  const { t } = useTranslation('knowledge/answers');
  const { answer, closed, answered, asked } = result;
  return (
    <Stack gap="md">
      <Alert
        color={closed ? 'green' : 'yellow'}
        icon={closed ? <IconCheck size={16} /> : <IconAlertTriangle size={16} />}
        title={t(closed ? 'write.closed' : 'write.notClosed')}
      >
        {closed ? t('write.closedText', { count: asked, answered }) : t('write.notClosedText')}
      </Alert>
      <AnswerText text={answer.text} citations={answer.citations} onOpen={() => undefined} />
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus>
          {t('write.done')}
        </Button>
      </Group>
    </Stack>
  );
}

/** Write the answer to what nothing answers, and see at once what the question gets now. */
export function WriteDialog({ writing, onClose }: { writing: Writing; onClose: () => void }) {
  const { t } = useTranslation('knowledge/answers');
  const [result, setResult] = useState<GapChecked>();
  const form = useForm({
    initialValues: {
      question: writing.question,
      answer: writing.answer ?? '',
      scope: writing.scope as string,
    },
  });
  const send = async (values: { question: string; answer: string; scope: string }) => {
    const checked = await request<GapChecked>('post', `${GAPS}/${writing.gapId}/answer`, {
      body: values,
    });
    void invalidatePaths(GAPS, QUESTIONS, '/api/v1/knowledge/sources');
    setResult(checked);
  };
  return (
    <Modal opened onClose={onClose} title={t('write.title')} size="lg">
      {result ? (
        <Result result={result} onClose={onClose} />
      ) : (
        <ApiForm form={form} onSubmit={send}>
          {({ submitting }) => (
            <Stack gap="md">
              <Text size="sm" c="dimmed">
                {t('write.text')}
              </Text>
              <Textarea
                label={t('write.question')}
                autosize
                minRows={1}
                maxLength={500}
                required
                {...form.getInputProps('question')}
              />
              <Textarea
                label={t('write.answer')}
                autosize
                minRows={4}
                maxRows={16}
                maxLength={20000}
                required
                data-autofocus
                {...form.getInputProps('answer')}
              />
              <Select
                label={t('write.for')}
                description={t('write.forText', { scope: t(`write.scope.${writing.scope}`) })}
                data={SCOPES.map((value) => ({ value, label: t(`write.scope.${value}`) }))}
                allowDeselect={false}
                {...form.getInputProps('scope')}
              />
              <Group justify="flex-end">
                <Button variant="default" onClick={onClose}>
                  {t('write.cancel')}
                </Button>
                <Button type="submit" loading={submitting}>
                  {t('write.save')}
                </Button>
              </Group>
            </Stack>
          )}
        </ApiForm>
      )}
    </Modal>
  );
}
