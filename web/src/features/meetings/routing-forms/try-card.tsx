import {
  Alert,
  Button,
  Checkbox,
  NumberInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { SettingsCard } from '@/components/settings-card';
import type { Question } from '../event-types/questions';
import { ROUTING_FORMS, type RoutingForm } from '../queries';
import classes from './routing-forms.module.css';
import { TargetWords } from './target-words';

type Answer = string | number | boolean;

/** Answers tried out: where they lead and why. Nothing is recorded. */
export function TryCard({ routingForm }: { routingForm: RoutingForm }) {
  const { t } = useTranslation('meetings/routing-forms');
  const [answers, setAnswers] = useState<Record<string, Answer>>({});
  const tried = useMutation({
    mutationFn: () =>
      request<Schema<'RoutingTried'>>('post', `${ROUTING_FORMS}/${routingForm.id}/try`, {
        body: { answers },
      }),
  });
  const fields = tried.error ? toApiError(tried.error).fields : {};
  const loose = tried.error && Object.keys(fields).length === 0;
  return (
    <SettingsCard title={t('try.title')} description={t('try.text')}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          tried.mutate();
        }}
      >
        <Stack gap="sm">
          {routingForm.questions.map((question) => (
            <AnswerField
              key={question.key}
              question={question as Question}
              value={answers[question.key]}
              error={fields[`answers.${question.key}`]}
              onChange={(value) => {
                setAnswers((old) => ({ ...old, [question.key]: value }));
                tried.reset();
              }}
            />
          ))}
          <Button type="submit" variant="default" loading={tried.isPending}>
            {t('try.do')}
          </Button>
          {loose && <Alert color="red">{toApiError(tried.error).message}</Alert>}
          {tried.data && (
            <div className={classes.outcome} role="status">
              <Text size="sm" fw={600} component="div">
                {t(`target.to.${tried.data.target.kind}`)}{' '}
                <TargetWords target={tried.data.target} />
              </Text>
              <Text size="sm" c="dimmed">
                {tried.data.reason}
              </Text>
            </div>
          )}
        </Stack>
      </form>
    </SettingsCard>
  );
}

interface AnswerFieldProps {
  question: Question;
  value: Answer | undefined;
  error: string | undefined;
  onChange: (value: Answer) => void;
}

function AnswerField({ question, value, error, onChange }: AnswerFieldProps) {
  const { t } = useTranslation('meetings/routing-forms');
  const shared = { label: question.label, error };
  const text = typeof value === 'string' ? value : '';
  switch (question.kind) {
    case 'checkbox':
      return (
        <Checkbox
          {...shared}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'number':
      return <NumberInput {...shared} value={value as number | string} onChange={onChange} />;
    case 'select':
      return (
        <Select
          {...shared}
          clearable
          placeholder={t('try.choose')}
          data={question.options}
          value={text || null}
          onChange={(next) => onChange(next ?? '')}
        />
      );
    case 'textarea':
      return (
        <Textarea
          {...shared}
          autosize
          minRows={2}
          maxRows={6}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return (
        <TextInput
          {...shared}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
