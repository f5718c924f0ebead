import {
  ActionIcon,
  Button,
  Group,
  Menu,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
} from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readerLanguage } from '@/app/format';
import { IconDotsVertical, IconPlus } from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import type { TemplateEditor } from './draft';
import { withLanguage, withoutLanguage } from './draft';

const OFFERED = [
  'en',
  'de',
  'es',
  'fr',
  'it',
  'nl',
  'pt',
  'pl',
  'sv',
  'da',
  'no',
  'fi',
  'cs',
  'ro',
  'hu',
  'tr',
  'el',
  'uk',
  'ja',
  'zh',
  'ko',
  'ar',
  'he',
  'pt-BR',
  'en-GB',
  'en-US',
];

/** What a language is called in the reader's own. */
export function languageName(code: string): string {
  return new Intl.DisplayNames([readerLanguage()], { type: 'language' }).of(code) ?? code;
}

interface LanguageBarProps {
  editor: TemplateEditor;
  language: string;
  onChange: (language: string) => void;
  readOnly: boolean;
}

/** The languages of a mail: which one is written, more of them, and which is the default. */
export function LanguageBar({ editor, language, onChange, readOnly }: LanguageBarProps) {
  const { t } = useTranslation('mail-templates');
  const [adding, setAdding] = useState(false);
  const [wanted, setWanted] = useState<string | null>(null);
  const content = editor.draft.draft;
  const usual = content.default_language ?? 'en';
  const codes = Object.keys(content.languages ?? {}).sort(
    (one, other) => Number(other === usual) - Number(one === usual) || one.localeCompare(other),
  );
  const name = languageName(language);
  const remove = async () => {
    const left = withoutLanguage(content, language);
    const sure = await askConfirm({
      title: t('language.removeTitle', { language: name }),
      message: t('language.removeText', {
        language: name,
        default: languageName(left.default_language ?? 'en'),
      }),
      confirm: t('language.remove', { language: name }),
    });
    if (!sure) return;
    editor.set((draft) => ({ ...draft, draft: withoutLanguage(draft.draft, language) }));
    onChange(left.default_language ?? 'en');
  };
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={t('language.label')}
        value={language}
        data={codes.map((code) => ({ value: code, label: code.toUpperCase() }))}
        onChange={onChange}
      />
      {!readOnly && (
        <>
          <ActionIcon aria-label={t('language.add')} onClick={() => setAdding(true)}>
            <IconPlus size={16} />
          </ActionIcon>
          {codes.length > 1 && (
            <Menu withinPortal>
              <Menu.Target>
                <ActionIcon aria-label={`${t('language.label')}: ${name}`}>
                  <IconDotsVertical size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  disabled={content.default_language === language}
                  onClick={() =>
                    editor.set((draft) => ({
                      ...draft,
                      draft: { ...draft.draft, default_language: language },
                    }))
                  }
                >
                  {t('language.makeDefault', { language: name })}
                </Menu.Item>
                <Menu.Item color="red" onClick={() => void remove()}>
                  {t('language.remove', { language: name })}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </>
      )}
      <Modal opened={adding} onClose={() => setAdding(false)} title={t('language.add')}>
        <Stack gap="md">
          <Select
            label={t('language.code')}
            searchable
            data-autofocus
            data={OFFERED.filter((code) => !codes.includes(code)).map((code) => ({
              value: code,
              label: languageName(code),
            }))}
            value={wanted}
            onChange={setWanted}
          />
          <Text size="sm" c="dimmed">
            {t('language.copied', { language: name })}
          </Text>
          <Group justify="flex-end">
            <Button
              disabled={!wanted}
              onClick={() => {
                if (!wanted) return;
                editor.set((draft) => ({
                  ...draft,
                  draft: withLanguage(draft.draft, wanted, language),
                }));
                onChange(wanted);
                setAdding(false);
                setWanted(null);
              }}
            >
              {t('language.do')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Group>
  );
}
