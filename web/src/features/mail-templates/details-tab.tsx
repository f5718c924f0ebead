import {
  ActionIcon,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { IconTrash } from '@/app/icons';
import { useMay } from '@/app/permissions';
import type { TemplateEditor } from './draft';
import { textOf, withText } from './draft';
import classes from './mail-templates.module.css';
import { fieldsQuery, purposesQuery } from './queries';

const UTM = [
  ['source', 'utmSource'],
  ['medium', 'utmMedium'],
  ['campaign', 'utmCampaign'],
  ['content', 'utmContent'],
] as const;

interface DetailsTabProps {
  editor: TemplateEditor;
  language: string;
  languageName: string;
  readOnly: boolean;
}

/** Name, purpose, campaign parameters, fallbacks and plain text. */
export function DetailsTab({ editor, language, languageName, readOnly }: DetailsTabProps) {
  const { t } = useTranslation('mail-templates');
  const { data: purposes } = useQuery({ ...purposesQuery(), enabled: useMay('privacy:read') });
  const { data: fields = [] } = useQuery(fieldsQuery());
  const { draft, set } = editor;
  const text = textOf(draft.draft, language);
  const putText = (change: Partial<typeof text>, key: string) =>
    set((now) => ({ ...now, draft: withText(now.draft, language, change) }), `${language}.${key}`);
  const missing = fields.filter(({ path, kind }) => kind !== 'list' && !(path in text.fallbacks));
  return (
    <Stack gap="md">
      <TextInput
        label={t('details.name')}
        required
        maxLength={120}
        readOnly={readOnly}
        value={draft.name}
        error={draft.name.trim() ? undefined : t('new.nameMissing')}
        onChange={(event) => {
          const name = event.currentTarget.value;
          set((now) => ({ ...now, name }), 'name');
        }}
      />
      <TextInput
        label={t('details.description')}
        maxLength={500}
        readOnly={readOnly}
        value={draft.description}
        onChange={(event) => {
          const description = event.currentTarget.value;
          set((now) => ({ ...now, description }), 'description');
        }}
      />
      <Select
        label={t('details.purpose')}
        description={t('details.purposeText')}
        allowDeselect={false}
        readOnly={readOnly}
        data={purposes?.map(({ key, name }) => ({ value: key, label: name })) ?? [draft.purpose]}
        value={draft.purpose}
        onChange={(purpose) => purpose && set((now) => ({ ...now, purpose }))}
      />
      <Stack gap={4}>
        <Text size="sm" fw={500}>
          {t('details.utm')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('details.utmText')}
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          {UTM.map(([name, label]) => (
            <TextInput
              key={name}
              label={t(`details.${label}`)}
              maxLength={300}
              readOnly={readOnly}
              value={draft.draft.utm?.[name] ?? ''}
              onChange={(event) => {
                const { [name]: _, ...rest } = draft.draft.utm ?? {};
                const value = event.currentTarget.value;
                const utm = value ? { ...rest, [name]: value } : rest;
                set((now) => ({ ...now, draft: { ...now.draft, utm } }), `utm.${name}`);
              }}
            />
          ))}
        </SimpleGrid>
      </Stack>
      <Stack gap="xs">
        <div>
          <Text size="sm" fw={500}>
            {t('details.fallbacks', { language: languageName })}
          </Text>
          <Text size="xs" c="dimmed">
            {t('details.fallbacksText')}
          </Text>
        </div>
        {Object.entries(text.fallbacks).map(([path, value]) => (
          <Group key={path} gap="xs" wrap="nowrap" align="flex-end">
            <TextInput
              className={classes.grow}
              label={fields.find((one) => one.path === path)?.label ?? path}
              aria-label={t('details.fallbackFor', { path })}
              maxLength={300}
              readOnly={readOnly}
              value={value}
              onChange={(event) =>
                putText(
                  { fallbacks: { ...text.fallbacks, [path]: event.currentTarget.value } },
                  `fallbacks.${path}`,
                )
              }
            />
            {!readOnly && (
              <ActionIcon
                size={36}
                aria-label={t('details.removeFallback', { path })}
                onClick={() => {
                  const { [path]: _, ...fallbacks } = text.fallbacks;
                  putText({ fallbacks }, `without.${path}`);
                }}
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {!readOnly && missing.length > 0 && (
          <Select
            aria-label={t('details.addFallback')}
            placeholder={t('details.addFallback')}
            searchable
            value={null}
            data={missing.map(({ path, label }) => ({ value: path, label: `${label} (${path})` }))}
            onChange={(path) =>
              path && putText({ fallbacks: { ...text.fallbacks, [path]: '' } }, `with.${path}`)
            }
          />
        )}
      </Stack>
      <Textarea
        label={t('details.plain', { language: languageName })}
        description={t('details.plainText')}
        autosize
        minRows={3}
        maxRows={14}
        maxLength={20000}
        readOnly={readOnly}
        value={text.plain_text}
        onChange={(event) => putText({ plain_text: event.currentTarget.value }, 'plain')}
      />
    </Stack>
  );
}
