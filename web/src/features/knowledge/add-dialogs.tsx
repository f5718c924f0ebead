import {
  Button,
  Group,
  Modal,
  Progress,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import '@mantine/dropzone/styles.css';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { formatBytes } from '@/app/format';
import { IconCloudUpload } from '@/app/icons';
import { ApiForm } from '@/components/api-form';
import { toastSuccess } from '@/components/toasts';
import { ScopeSelect } from './badges';
import { FormButtons } from './form-buttons';
import { type Article, KNOWLEDGE, type Source } from './queries';
import type { Addable } from './search';
import { SiteForm } from './site-form';
import { upload } from './upload';

interface DialogProps {
  sources: readonly Source[];
  onClose: () => void;
}

/** The dialog of what is to be added. */
export function AddDialog({ kind, ...props }: DialogProps & { kind: Addable }) {
  const { t } = useTranslation('knowledge');
  const Body = { site: SiteForm, file: FileForm, pair: PairForm, article: ArticleForm }[kind];
  return (
    <Modal opened size="lg" onClose={props.onClose} title={t(`add.${kind}`)}>
      <Body {...props} />
    </Modal>
  );
}

interface Sending {
  name: string;
  size: number;
  share: number;
  problem?: string;
}

function FileForm({ onClose }: DialogProps) {
  const { t } = useTranslation('knowledge');
  const [scope, setScope] = useState<string>('internal');
  const [sent, setSent] = useState<Sending[]>([]);
  const busy = sent.some(({ share, problem }) => share < 1 && !problem);
  const send = async (files: File[]) => {
    setSent(files.map(({ name, size }) => ({ name, size, share: 0 })));
    for (const [index, file] of files.entries()) {
      const note = (next: Partial<Sending>) =>
        setSent((old) => old.map((one, place) => (place === index ? { ...one, ...next } : one)));
      try {
        await upload(`${KNOWLEDGE}/files?scope=${scope}`, file, (share) =>
          note({ share: Math.min(share, 0.99) }),
        );
        note({ share: 1 });
      } catch (reason) {
        note({ problem: toApiError(reason).message });
      }
    }
    await invalidatePaths(KNOWLEDGE);
  };
  return (
    <Stack gap="md">
      <ScopeSelect value={scope} onChange={(value) => value && setScope(value)} disabled={busy} />
      <Dropzone
        onDrop={(files) => void send(files)}
        maxFiles={50}
        disabled={busy}
        inputProps={{ 'aria-label': t('file.choose') }}
      >
        <Stack align="center" gap="xs" py="md">
          <IconCloudUpload size={32} stroke={1.25} aria-hidden />
          <Text fw={500}>{t('file.drop')}</Text>
          <Text size="sm" c="dimmed" ta="center">
            {t('file.hint')}
          </Text>
        </Stack>
      </Dropzone>
      {sent.map(({ name, size, share, problem }) => (
        <Stack key={name} gap={4}>
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" className="tw-truncate">
              {name}
            </Text>
            <Text size="xs" c="dimmed" flex="none">
              {formatBytes(size)}
            </Text>
          </Group>
          {problem ? (
            <Text size="sm" c="red" role="alert">
              {problem}
            </Text>
          ) : share === 1 ? (
            <Text size="sm" c="dimmed" role="status">
              {t('file.sent')}
            </Text>
          ) : (
            <Progress value={share * 100} aria-label={t('file.progress', { name })} />
          )}
        </Stack>
      ))}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} disabled={busy}>
          {t(sent.length ? 'close' : 'cancel')}
        </Button>
      </Group>
    </Stack>
  );
}

function PairForm({ sources, onClose }: DialogProps) {
  const { t } = useTranslation('knowledge');
  const sets = sources.filter(({ kind }) => kind === 'qa');
  const [sending, setSending] = useState<number>();
  const [problem, setProblem] = useState<string>();
  const form = useForm({
    initialValues: { question: '', answer: '', scope: 'public', source_id: sets[0]?.id ?? '' },
    validate: {
      question: (value) => (value.trim() ? null : t('pair.questionMissing')),
      answer: (value) => (value.trim() ? null : t('pair.answerMissing')),
    },
  });
  const bring = async (file: File | undefined) => {
    if (!file) return;
    setProblem(undefined);
    setSending(0);
    const into = form.values.source_id ? `?source_id=${form.values.source_id}` : '';
    try {
      await upload(`${KNOWLEDGE}/pairs/import${into}`, file, setSending);
      await invalidatePaths(KNOWLEDGE);
      toastSuccess(t('pair.importing', { name: file.name }));
      onClose();
    } catch (reason) {
      setProblem(toApiError(reason).message);
    }
    setSending(undefined);
  };
  return (
    <ApiForm
      form={form}
      onSubmit={async ({ source_id, ...values }) => {
        await request('post', `${KNOWLEDGE}/pairs`, {
          body: { ...values, ...(source_id ? { source_id } : {}) },
        });
        await invalidatePaths(KNOWLEDGE);
        toastSuccess(t('pair.added'));
        form.setValues({ question: '', answer: '' });
        form.resetDirty();
      }}
    >
      {({ submitting }) => (
        <>
          {sets.length > 1 && (
            <Select
              label={t('pair.set')}
              allowDeselect={false}
              data={sets.map(({ id, name }) => ({ value: id, label: name }))}
              {...form.getInputProps('source_id')}
            />
          )}
          <TextInput
            label={t('pair.question')}
            required
            data-autofocus
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
          <ScopeSelect {...form.getInputProps('scope')} />
          <Dropzone
            onDrop={(files) => void bring(files[0])}
            multiple={false}
            loading={sending !== undefined}
            inputProps={{ 'aria-label': t('pair.import') }}
          >
            <Text size="sm" c="dimmed" ta="center">
              {t('pair.importText')}
            </Text>
          </Dropzone>
          {problem && (
            <Text size="sm" c="red" role="alert">
              {problem}
            </Text>
          )}
          <FormButtons onClose={onClose} submitting={submitting} label={t('pair.add')} />
        </>
      )}
    </ApiForm>
  );
}

function ArticleForm({ onClose }: DialogProps) {
  const { t } = useTranslation('knowledge');
  const go = useNavigate();
  const form = useForm({
    initialValues: { title: '', scope: 'public' },
    validate: { title: (value) => (value.trim() ? null : t('article.titleMissing')) },
  });
  return (
    <ApiForm
      form={form}
      onSubmit={async (values) => {
        const made = await request<Article>('post', `${KNOWLEDGE}/articles`, { body: values });
        await invalidatePaths(KNOWLEDGE);
        void go({ to: `/knowledge/articles/${made.document.id}` as never });
      }}
    >
      {({ submitting }) => (
        <>
          <TextInput
            label={t('article.title')}
            required
            data-autofocus
            maxLength={300}
            {...form.getInputProps('title')}
          />
          <ScopeSelect {...form.getInputProps('scope')} />
          <FormButtons onClose={onClose} submitting={submitting} label={t('article.write')} />
        </>
      )}
    </ApiForm>
  );
}
