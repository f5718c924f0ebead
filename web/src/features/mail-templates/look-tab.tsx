import { ColorInput, NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TemplateEditor } from './draft';

const COLOURS = [
  ['brand', 'brand'],
  ['text', 'ink'],
  ['card', 'card'],
  ['page', 'page'],
] as const;
const HEX = /^#[0-9a-fA-F]{6}$/;

/** Font, colours and measures of the mail. */
export function LookTab({ editor, readOnly }: { editor: TemplateEditor; readOnly: boolean }) {
  const { t } = useTranslation('mail-templates');
  const theme = editor.draft.draft.theme ?? {};
  const put = (change: Partial<typeof theme>, key?: string) =>
    editor.set((draft) => {
      const content = draft.draft;
      return { ...draft, draft: { ...content, theme: { ...content.theme, ...change } } };
    }, key && `theme.${key}`);
  return (
    <Stack gap="md">
      <Select
        label={t('look.font')}
        data={(['sans', 'serif', 'mono'] as const).map((value) => ({
          value,
          label: t(`look.${value}`),
        }))}
        value={theme.font ?? 'sans'}
        allowDeselect={false}
        readOnly={readOnly}
        onChange={(font) => font && put({ font: font as 'sans' })}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        {COLOURS.map(([name, label]) => (
          <ColorInput
            key={name}
            label={t(`look.${label}`)}
            format="hex"
            value={theme[name] ?? ''}
            readOnly={readOnly}
            onChange={(value) => HEX.test(value) && put({ [name]: value }, name)}
          />
        ))}
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {t('look.dark')}
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <NumberInput
          label={t('look.width')}
          min={480}
          max={720}
          allowDecimal={false}
          readOnly={readOnly}
          value={theme.width ?? 600}
          onChange={(width) =>
            typeof width === 'number' && width >= 480 && width <= 720 && put({ width }, 'width')
          }
        />
        <NumberInput
          label={t('look.radius')}
          min={0}
          max={24}
          allowDecimal={false}
          readOnly={readOnly}
          value={theme.radius ?? 6}
          onChange={(radius) =>
            typeof radius === 'number' && radius <= 24 && put({ radius }, 'radius')
          }
        />
      </SimpleGrid>
      <TextInput
        label={t('look.logo')}
        placeholder={t('field.hrefExample')}
        maxLength={2000}
        readOnly={readOnly}
        defaultValue={theme.logo ?? ''}
        // Half an address is none: it is taken once it is whole.
        onBlur={(event) => {
          const logo = event.currentTarget.value.trim();
          if (!logo || /^https?:\/\//.test(logo)) put({ logo });
        }}
      />
    </Stack>
  );
}
