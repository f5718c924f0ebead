import { Checkbox, Input, MultiSelect, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMembers } from '@/app/members';
import { type Condition, cleaned, type FilterField } from '@/components/filter-bar/condition';
import { ConditionBuilder } from '@/components/filter-bar/condition-builder';
import { FormDialog } from '@/components/form-dialog';
import { LoadingLines } from '@/components/page-states';
import { toastSuccess } from '@/components/toasts';
import { type Weighted, withPeople } from './order';
import type { RoutingRule } from './queries';

export const STRATEGIES = ['round_robin', 'weights', 'load', 'fixed'] as const;

interface RuleDialogProps {
  /** Undefined for a new rule. */
  rule: RoutingRule | undefined;
  catalogue: Schema<'FieldsRead'> | undefined;
  onClose: () => void;
}

/** Which leads a rule takes, who gets them and by which strategy. */
export function RuleDialog({ rule, catalogue, onClose }: RuleDialogProps) {
  const { t } = useTranslation('settings');
  const { options, nameOf } = useMembers();
  const form = useForm({
    initialValues: {
      name: rule?.name ?? '',
      everyone: rule ? rule.condition === null : false,
      condition: (rule?.condition ?? { all: [] }) as Condition,
      strategy: (rule?.strategy ?? 'round_robin') as (typeof STRATEGIES)[number],
      members: (rule?.members ?? []).map(({ user_id, weight }) => ({
        user_id,
        weight,
      })) as Weighted[],
    },
    validate: {
      name: (value) => (value.trim() ? null : t('routing.nameMissing')),
      condition: (value, values) =>
        values.everyone || cleaned(value) ? null : t('routing.conditionMissing'),
      members: (value, values) => {
        if (value.length === 0) return t('routing.membersMissing');
        return values.strategy === 'fixed' && value.length > 1 ? t('routing.onlyOne') : null;
      },
    },
  });
  const { strategy, members, everyone, condition } = form.values;
  return (
    <FormDialog
      title={rule ? t('routing.editTitle', { name: rule.name }) : t('routing.new')}
      size="xl"
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async (values) => {
        const body = {
          name: values.name,
          condition: values.everyone ? null : cleaned(values.condition),
          strategy: values.strategy,
          members: values.members,
        };
        if (rule) {
          await request('patch', `/api/v1/routing-rules/${rule.id}`, {
            body,
            version: rule.version,
          });
        } else {
          await request('post', '/api/v1/routing-rules', { body });
        }
        await invalidatePaths('/api/v1/routing-rules');
        toastSuccess(t('savedNamed', { name: values.name }));
        onClose();
      }}
    >
      <TextInput
        label={t('routing.name')}
        data-autofocus
        required
        maxLength={200}
        {...form.getInputProps('name')}
      />
      <Input.Wrapper label={t('routing.which')} error={form.errors.condition} labelElement="div">
        <Stack gap="xs" mt={4}>
          <Checkbox
            label={t('routing.everyone')}
            {...form.getInputProps('everyone', { type: 'checkbox' })}
            onChange={(event) => {
              form.setFieldValue('everyone', event.currentTarget.checked);
              form.clearFieldError('condition');
            }}
          />
          {!everyone &&
            (catalogue ? (
              <ConditionBuilder
                value={condition}
                fields={catalogue.fields as FilterField[]}
                activityKinds={catalogue.activity_kinds}
                onChange={(value) => form.setFieldValue('condition', value)}
              />
            ) : (
              <LoadingLines lines={2} />
            ))}
        </Stack>
      </Input.Wrapper>
      <Select
        label={t('routing.strategy')}
        description={t(`routing.strategyText.${strategy}`)}
        data={STRATEGIES.map((value) => ({
          value,
          label: t(`routing.strategies.${value}`),
        }))}
        {...form.getInputProps('strategy')}
      />
      <MultiSelect
        label={t('routing.members')}
        required
        searchable
        data={options}
        value={members.map((person) => person.user_id)}
        error={form.errors.members}
        onChange={(ids) => form.setFieldValue('members', withPeople(members, ids))}
      />
      {strategy === 'weights' &&
        members.map((person, index) => (
          <NumberInput
            key={person.user_id}
            label={t('routing.weightOf', { name: nameOf(person.user_id) })}
            min={1}
            max={100}
            clampBehavior="strict"
            allowDecimal={false}
            w={220}
            {...form.getInputProps(`members.${index}.weight`)}
          />
        ))}
    </FormDialog>
  );
}
