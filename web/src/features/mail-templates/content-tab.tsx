import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { BlockList } from './block-list';
import type { TemplateEditor } from './draft';
import { everyBlock, KINDS, textOf, withText } from './draft';
import { LineField } from './line-field';
import type { Problem } from './queries';

interface ContentTabProps {
  editor: TemplateEditor;
  language: string;
  problems: readonly Problem[];
  open: string | undefined;
  onOpen: (id: string | undefined) => void;
  readOnly: boolean;
}

/** Subject, preview text and blocks of one language. */
export function ContentTab({
  editor,
  language,
  problems,
  open,
  onOpen,
  readOnly,
}: ContentTabProps) {
  const { t } = useTranslation('mail-templates');
  const text = textOf(editor.draft.draft, language);
  const put = (change: Partial<typeof text>, key?: string) =>
    editor.set(
      (draft) => ({ ...draft, draft: withText(draft.draft, language, change) }),
      key && `${language}.${key}`,
    );
  const here = problems.filter((one) => one.language === language);
  const errorAt = (field: string) =>
    here.find((one) => one.severity === 'error' && !one.block && one.field === field)?.text;
  return (
    <Stack gap="md">
      <LineField
        label={t('subject')}
        value={text.subject}
        readOnly={readOnly}
        error={errorAt('subject')}
        onChange={(subject) => put({ subject }, 'subject')}
      />
      <LineField
        label={t('preheader')}
        description={t('preheaderText')}
        value={text.preheader}
        readOnly={readOnly}
        error={errorAt('preheader')}
        onChange={(preheader) => put({ preheader }, 'preheader')}
      />
      <BlockList
        key={language}
        blocks={text.blocks}
        every={everyBlock(text.blocks)}
        kinds={KINDS}
        most={100}
        label={t('blocks.label')}
        addLabel={t('blocks.add')}
        problems={here}
        open={open}
        onOpen={onOpen}
        onChange={(blocks, key) => put({ blocks }, key)}
        readOnly={readOnly}
      />
    </Stack>
  );
}
