import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Modal,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconPlus, IconTrash } from '@/app/icons';
import { ApiForm } from '@/components/api-form';
import { toastSuccess } from '@/components/toasts';
import { SCHEMAS, type SchemaDetail, SOURCES, type Source } from './queries';
import { type RuleText, toRule, toText, VALUE_TYPES } from './rules';
import { EVENT_TYPES } from './search';
import classes from './sources.module.css';

interface PlanDialogProps {
  /** Where a new event is planned. */
  source: Source;
  /** The kind of event whose plan is made or changed. */
  schema: SchemaDetail | undefined;
  onClose: (saved?: SchemaDetail) => void;
}

const EMPTY: RuleText = { path: '', required: false, type: '', allowed: [] };

/** What was seen is a good start of a plan: every property with its usual type. */
function suggested(schema: SchemaDetail): RuleText[] {
  return schema.seen.slice(0, 30).map(({ path, types, events }) => {
    const [type] = Object.entries(types)
      .filter(([name]) => name !== 'null')
      .sort(([, one], [, other]) => other - one)[0] ?? [''];
    return { path, required: events === schema.events, type, allowed: [] };
  });
}

/** Plan an event or change its plan. */
export function PlanDialog({ source, schema, onClose }: PlanDialogProps) {
  const { t } = useTranslation('sources');
  const form = useForm({
    initialValues: {
      type: schema?.type ?? ('track' as string),
      name: schema?.name ?? '',
      description: schema?.description ?? '',
      rules: schema ? (schema.planned ? schema.rules.map(toText) : suggested(schema)) : [EMPTY],
    },
    validate: {
      name: (value, { type }) =>
        type === 'track' && !schema && !value.trim() ? t('plan.nameMissing') : null,
      rules: {
        path: (value, { rules }) => {
          if (!value.trim()) return t('plan.pathMissing');
          return rules.filter(({ path }) => path.trim() === value.trim()).length > 1
            ? t('plan.twice')
            : null;
        },
      },
    },
  });
  const { type, rules } = form.values;
  return (
    <Modal
      opened
      size="xl"
      onClose={() => onClose()}
      title={t(schema?.planned ? 'schema.editPlan' : 'schema.planOne')}
    >
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          const body = { description: values.description, rules: values.rules.map(toRule) };
          const saved = schema
            ? await request<SchemaDetail>('patch', `${SCHEMAS}/${schema.id}`, {
                body,
                version: schema.version,
              })
            : await request<SchemaDetail>('post', `${SOURCES}/${source.id}/schemas`, {
                body: { ...body, type, name: type === 'track' ? values.name : '' },
              });
          await invalidatePaths(SOURCES, SCHEMAS);
          toastSuccess(t('plan.saved'));
          onClose(saved);
        }}
      >
        {({ submitting }) => (
          <>
            {!schema && (
              <Group align="flex-start" grow preventGrowOverflow={false}>
                <Select
                  label={t('debugger.type')}
                  allowDeselect={false}
                  w={140}
                  data={EVENT_TYPES.map((value) => ({ value, label: value }))}
                  {...form.getInputProps('type')}
                />
                {type === 'track' && (
                  <TextInput
                    label={t('plan.name')}
                    placeholder="Demo Requested"
                    required
                    data-autofocus
                    maxLength={200}
                    {...form.getInputProps('name')}
                  />
                )}
              </Group>
            )}
            <Textarea
              label={t('plan.description')}
              autosize
              minRows={1}
              maxLength={500}
              {...form.getInputProps('description')}
            />
            <Text size="sm" fw={500} component="h3" m={0}>
              {t('schema.properties')}
            </Text>
            {rules.map((rule, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no identity but its place
              <Stack key={place} gap="xs" className={classes.rule}>
                <Group align="flex-start" wrap="nowrap" gap="xs">
                  <TextInput
                    aria-label={t('plan.path')}
                    placeholder={t('plan.pathExample')}
                    flex={2}
                    miw={0}
                    maxLength={200}
                    {...form.getInputProps(`rules.${place}.path`)}
                  />
                  <Select
                    aria-label={t('plan.type')}
                    flex={1}
                    miw={100}
                    allowDeselect={false}
                    data={[
                      { value: '', label: t('schema.anyType') },
                      ...new Set([...VALUE_TYPES, ...(rule.type ? [rule.type] : [])]),
                    ].map((value) =>
                      typeof value === 'string'
                        ? { value, label: value.replaceAll('|', ', ') }
                        : value,
                    )}
                    {...form.getInputProps(`rules.${place}.type`)}
                  />
                  <ActionIcon
                    size={36}
                    variant="default"
                    aria-label={t('plan.remove', { path: rule.path })}
                    onClick={() => form.removeListItem('rules', place)}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                </Group>
                <Group gap="sm" align="center">
                  <Checkbox
                    label={t('schema.required')}
                    {...form.getInputProps(`rules.${place}.required`, { type: 'checkbox' })}
                  />
                  <TagsInput
                    aria-label={t('plan.allowed')}
                    placeholder={rule.allowed.length ? '' : t('plan.anyValue')}
                    flex={1}
                    miw={200}
                    acceptValueOnBlur
                    maxTags={100}
                    {...form.getInputProps(`rules.${place}.allowed`)}
                  />
                </Group>
              </Stack>
            ))}
            <Group justify="space-between">
              <Button
                variant="default"
                leftSection={<IconPlus size={16} />}
                disabled={rules.length >= 100}
                onClick={() => form.insertListItem('rules', EMPTY)}
              >
                {t('plan.add')}
              </Button>
              <Group gap="xs">
                <Button variant="default" onClick={() => onClose()}>
                  {t('cancel')}
                </Button>
                <Button type="submit" loading={submitting}>
                  {t('plan.save')}
                </Button>
              </Group>
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}
