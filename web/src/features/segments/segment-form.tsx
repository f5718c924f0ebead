import {
  Button,
  Group,
  Input,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { ApiForm, useLeaveGuard } from '@/components/api-form';
import { type Condition, cleaned } from '@/components/filter-bar/condition';
import { ConditionBuilder } from '@/components/filter-bar/condition-builder';
import { ErrorState, LoadingLines } from '@/components/page-states';
import type { SegmentValues } from './changes';
import { Preview } from './preview';
import { fieldsQuery, type Segment } from './queries';
import classes from './segments.module.css';

export type Kind = Segment['kind'];

interface SegmentFormProps {
  values: SegmentValues;
  kind: Kind;
  /** Given for a new segment, whose kind can still be chosen. */
  onKind?: (kind: Kind) => void;
  readOnly: boolean;
  /** Whether the values differ from what is saved. */
  isDirty: (values: SegmentValues) => boolean;
  onSave: (values: SegmentValues) => Promise<void>;
  submit: string;
  /** Beside the save button. */
  actions?: ReactNode;
  /** Below the fields of a static segment. */
  children?: ReactNode;
}

function Builder({
  value,
  onChange,
  problem,
}: {
  value: Condition | undefined;
  onChange: (next: Condition) => void;
  problem: string | undefined;
}) {
  const { t } = useTranslation('segments');
  const { data, error, refetch } = useQuery(fieldsQuery());
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  return (
    <div>
      <Input.Label mb={4}>{t('field.condition')}</Input.Label>
      <div className={classes.condition}>
        {data ? (
          <ConditionBuilder
            value={value}
            fields={data.fields}
            activityKinds={data.activity_kinds}
            onChange={onChange}
          />
        ) : (
          <LoadingLines lines={3} />
        )}
      </div>
      {problem && (
        <Input.Error mt={4} role="alert">
          {problem}
        </Input.Error>
      )}
    </div>
  );
}

/** Name, description and condition of a segment, with the leads it holds beside. */
export function SegmentForm(props: SegmentFormProps) {
  const { kind, onKind, readOnly, isDirty, onSave } = props;
  const { t } = useTranslation('segments');
  const kindLabel = useId();
  const [problem, setProblem] = useState<string>();
  const form = useForm<SegmentValues>({
    initialValues: props.values,
    validate: { name: (value) => (value.trim() ? null : t('nameMissing')) },
  });
  const { values } = form;
  const dirty = !readOnly && isDirty(values);
  useLeaveGuard(dirty);
  const save = async () => {
    setProblem(undefined);
    if (kind === 'dynamic' && !cleaned(values.condition)) {
      setProblem(t('conditionMissing'));
      return;
    }
    try {
      await onSave(values);
    } catch (reason) {
      const { fields } = toApiError(reason);
      const own = Object.entries(fields).find(([name]) => name.includes('condition'));
      if (!own) throw reason;
      setProblem(own[1]);
    }
  };
  return (
    <div className={classes.editor}>
      <Stack gap="md" className={classes.fields}>
        <ApiForm form={form} onSubmit={save}>
          {({ submitting }) => (
            <>
              {onKind && (
                <Stack gap={4} align="flex-start">
                  <Input.Label id={kindLabel} component="div">
                    {t('field.kind')}
                  </Input.Label>
                  <SegmentedControl
                    aria-labelledby={kindLabel}
                    value={kind}
                    onChange={(next) => onKind(next as Kind)}
                    data={[
                      { value: 'dynamic', label: t('kind.dynamic') },
                      { value: 'static', label: t('kind.static') },
                    ]}
                  />
                  <Text size="sm" c="dimmed">
                    {t(`kindHint.${kind}`)}
                  </Text>
                </Stack>
              )}
              <TextInput
                label={t('field.name')}
                required
                readOnly={readOnly}
                maxLength={200}
                {...form.getInputProps('name')}
              />
              <Textarea
                label={t('field.description')}
                autosize
                minRows={2}
                maxRows={8}
                readOnly={readOnly}
                maxLength={5000}
                {...form.getInputProps('description')}
              />
              {kind === 'dynamic' && (
                <fieldset disabled={readOnly} className={classes.plain}>
                  <Builder
                    value={values.condition}
                    problem={problem}
                    onChange={(condition) => {
                      setProblem(undefined);
                      form.setFieldValue('condition', condition);
                    }}
                  />
                </fieldset>
              )}
              <Group gap="xs">
                {!readOnly && (
                  <Button type="submit" loading={submitting} disabled={!dirty && !onKind}>
                    {props.submit}
                  </Button>
                )}
                {props.actions}
              </Group>
            </>
          )}
        </ApiForm>
        {props.children}
      </Stack>
      {kind === 'dynamic' && <Preview condition={values.condition} />}
    </div>
  );
}
