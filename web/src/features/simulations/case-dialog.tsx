import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  SegmentedControl,
  Select,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconPlus, IconTrash } from '@/app/icons';
import { FormDialog } from '@/components/form-dialog';
import { bodyOf, type CaseForm, CHECKS, formOf, WANTS } from './case-form';
import { type Case, SUITES } from './queries';
import classes from './simulations.module.css';

type Form = UseFormReturnType<CaseForm>;

function Answers({ form }: { form: Form }) {
  const { t } = useTranslation('simulations');
  return (
    <Fieldset legend={t('case.answers')}>
      {form.values.answers.map((_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
        <div key={place} className={classes.pair}>
          <TextInput
            aria-label={t('case.answerKey')}
            placeholder={t('case.answerKey')}
            maxLength={80}
            {...form.getInputProps(`answers.${place}.key`)}
          />
          <TextInput
            aria-label={t('case.answerSaid')}
            placeholder={t('case.answerSaid')}
            maxLength={4000}
            {...form.getInputProps(`answers.${place}.said`)}
          />
          <ActionIcon
            variant="subtle"
            size={36}
            aria-label={t('case.removeAnswer', { number: place + 1 })}
            onClick={() => form.removeListItem('answers', place)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} />}
        disabled={form.values.answers.length >= 40}
        onClick={() => form.insertListItem('answers', { key: '', said: '' })}
      >
        {t('case.addAnswer')}
      </Button>
    </Fieldset>
  );
}

function Checks({ form }: { form: Form }) {
  const { t } = useTranslation('simulations');
  return (
    <Fieldset legend={t('case.checks')}>
      {form.values.checks.map(({ kind }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
        <div key={place} className={classes.check}>
          <Select
            aria-label={t('case.check', { number: place + 1 })}
            allowDeselect={false}
            data={CHECKS.map((value) => ({ value, label: t(`check.${value}`) }))}
            {...form.getInputProps(`checks.${place}.kind`)}
          />
          {(WANTS[kind] ?? []).map((what) => (
            <TextInput
              key={what}
              aria-label={t(`case.${what}`)}
              placeholder={t(`wants.${kind}.${what}`)}
              maxLength={what === 'field' ? 80 : 1000}
              {...form.getInputProps(`checks.${place}.${what}`)}
            />
          ))}
          <ActionIcon
            variant="subtle"
            size={36}
            aria-label={t('case.removeCheck', { number: place + 1 })}
            disabled={form.values.checks.length === 1}
            onClick={() => form.removeListItem('checks', place)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} />}
        disabled={form.values.checks.length >= 30}
        onClick={() => form.insertListItem('checks', { kind: 'captured', field: '', value: '' })}
      >
        {t('case.addCheck')}
      </Button>
    </Fieldset>
  );
}

/** A visitor and what must be true at the end: a new one, or one to change. */
export function CaseDialog({
  suiteId,
  found,
  onClose,
}: {
  suiteId: string;
  found: Case | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation('simulations');
  const path = `${SUITES}/${suiteId}/cases`;
  const form = useForm<CaseForm>({
    initialValues: formOf(found),
    validate: {
      name: (value) => (value.trim() ? null : t('problem.name')),
      lines: (value) => (value.trim() ? null : t('problem.lines')),
    },
  });
  return (
    <FormDialog
      title={t(found ? 'case.change' : 'case.new')}
      size="xl"
      form={form}
      submit={t(found ? 'case.save' : 'case.add')}
      onClose={onClose}
      onSubmit={async (values) => {
        const body = bodyOf(values, found);
        if (found) await request('put', `${path}/${found.id}`, { body, version: found.version });
        else await request('post', path, { body });
        await invalidatePaths(SUITES);
        onClose();
      }}
    >
      <TextInput
        label={t('case.name')}
        required
        maxLength={160}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <TextInput label={t('case.goal')} maxLength={1000} {...form.getInputProps('goal')} />
      <Group gap="xs">
        <SegmentedControl
          aria-label={t('case.by')}
          data={[
            { value: 'script', label: t('case.byScript') },
            { value: 'model', label: t('case.byModel') },
          ]}
          {...form.getInputProps('by')}
        />
      </Group>
      {form.values.by === 'model' && (
        <Textarea
          label={t('case.persona')}
          description={t('case.personaText')}
          autosize
          maxLength={1000}
          {...form.getInputProps('persona')}
        />
      )}
      <Textarea
        label={t('case.lines')}
        description={t('case.linesText')}
        required
        autosize
        minRows={2}
        maxRows={8}
        {...form.getInputProps('lines')}
      />
      <Answers form={form} />
      <Checks form={form} />
      <Switch
        label={t('case.critical')}
        description={t('case.criticalText')}
        {...form.getInputProps('critical', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}
