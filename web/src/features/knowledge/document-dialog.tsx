import { Textarea, TextInput } from '@mantine/core';
import { DateInput } from '@mantine/dates';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { ScopeSelect } from './badges';
import { type DocumentDetail, KNOWLEDGE } from './queries';

/** Scope and expiry of a document; of a pair its question and answer too. */
export function DocumentDialog({
  document,
  onClose,
}: {
  document: DocumentDetail;
  onClose: () => void;
}) {
  const { t } = useTranslation('knowledge');
  const pair = document.kind === 'qa';
  const form = useForm({
    initialValues: {
      question: document.title,
      answer: pair ? document.content : '',
      scope: (document.own_scope ?? '') as string,
      expires_at: document.expires_at?.slice(0, 10) ?? null,
    },
    validate: {
      question: (value) => (!pair || value.trim() ? null : t('pair.questionMissing')),
      answer: (value) => (!pair || value.trim() ? null : t('pair.answerMissing')),
    },
  });
  return (
    <FormDialog
      title={t('document.edit')}
      size="lg"
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async ({ question, answer, scope, expires_at }) => {
        if (pair && (question !== document.title || answer !== document.content)) {
          await request('patch', `${KNOWLEDGE}/pairs/${document.id}`, {
            body: { question, answer },
          });
        }
        const body = {
          ...(form.isDirty('scope') ? { scope: scope || null } : {}),
          ...(form.isDirty('expires_at')
            ? { expires_at: expires_at ? `${expires_at}T00:00:00Z` : null }
            : {}),
        };
        if (Object.keys(body).length > 0) {
          await request('patch', `${KNOWLEDGE}/documents/${document.id}`, { body });
        }
        await invalidatePaths(KNOWLEDGE);
        toastSuccess(t('saved'));
        onClose();
      }}
    >
      {pair && (
        <>
          <TextInput
            label={t('pair.question')}
            required
            maxLength={500}
            {...form.getInputProps('question')}
          />
          <Textarea
            label={t('pair.answer')}
            required
            autosize
            minRows={4}
            maxRows={14}
            maxLength={20000}
            {...form.getInputProps('answer')}
          />
        </>
      )}
      <ScopeSelect
        description={t('scope.narrower')}
        inherit={t('scope.asSource')}
        {...form.getInputProps('scope')}
      />
      <DateInput
        label={t('expiry.label')}
        description={t('expiry.text')}
        clearable
        {...form.getInputProps('expires_at')}
      />
    </FormDialog>
  );
}
