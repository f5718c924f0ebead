import { ActionIcon, Button, Group, Popover, TextInput } from '@mantine/core';
import { RichTextEditor } from '@mantine/tiptap';
import '@mantine/tiptap/styles.css';
import { useEditor } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconLink } from '@/app/icons';
import { FieldMenu } from './field-menu';
import classes from './mail-templates.module.css';

interface RichTextProps {
  label: string;
  value: string;
  onChange: (html: string) => void;
  readOnly: boolean;
}

/** Formatted text with links and fields. */
export default function RichText({ label, value, onChange, readOnly }: RichTextProps) {
  const { t } = useTranslation('mail-templates');
  const [address, setAddress] = useState<string>();
  const told = useRef(onChange);
  told.current = onChange;
  const editor = useEditor({
    editable: !readOnly,
    extensions: [
      StarterKit.configure({
        heading: { levels: [3, 4] },
        code: false,
        codeBlock: false,
        horizontalRule: false,
        link: {
          openOnClick: false,
          autolink: false,
          HTMLAttributes: { target: null, rel: null },
          isAllowedUri: (uri, { defaultValidate }) => uri.startsWith('{{') || defaultValidate(uri),
        },
      }),
    ],
    content: value,
    editorProps: { attributes: { 'aria-label': label, role: 'textbox', 'aria-multiline': 'true' } },
    onUpdate: ({ editor: now }) => told.current(now.isEmpty ? '' : now.getHTML()),
  });
  // Undo of the page, another language, or somebody else's change: not what was typed just now.
  useEffect(() => {
    if (!editor || editor.isDestroyed) return;
    const shown = editor.isEmpty ? '' : editor.getHTML();
    if (shown !== value) editor.commands.setContent(value, { emitUpdate: false });
  }, [editor, value]);
  const setLink = () => {
    const wanted = (address ?? '').trim();
    const chain = editor?.chain().focus().extendMarkRange('link');
    if (wanted) chain?.setLink({ href: wanted }).run();
    else chain?.unsetLink().run();
    setAddress(undefined);
  };
  return (
    <RichTextEditor editor={editor} className={classes.rich ?? ''}>
      {!readOnly && (
        <RichTextEditor.Toolbar>
          <RichTextEditor.ControlsGroup>
            <RichTextEditor.Bold />
            <RichTextEditor.Italic />
            <RichTextEditor.Underline />
          </RichTextEditor.ControlsGroup>
          <RichTextEditor.ControlsGroup>
            <RichTextEditor.BulletList />
            <RichTextEditor.OrderedList />
          </RichTextEditor.ControlsGroup>
          <Popover
            opened={address !== undefined}
            onChange={(open) => !open && setAddress(undefined)}
            trapFocus
            withinPortal
          >
            <Popover.Target>
              <ActionIcon
                variant="default"
                size={26}
                aria-label={t('rich.link')}
                onClick={() => setAddress(String(editor?.getAttributes('link').href ?? ''))}
              >
                <IconLink size={16} />
              </ActionIcon>
            </Popover.Target>
            <Popover.Dropdown>
              <TextInput
                label={t('rich.linkAddress')}
                placeholder={t('field.hrefExample')}
                value={address ?? ''}
                maxLength={2000}
                data-autofocus
                onChange={(event) => setAddress(event.currentTarget.value)}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter') return;
                  event.preventDefault();
                  setLink();
                }}
              />
              <Group justify="flex-end" gap="xs" mt="xs">
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => {
                    editor?.chain().focus().extendMarkRange('link').unsetLink().run();
                    setAddress(undefined);
                  }}
                >
                  {t('rich.removeLink')}
                </Button>
                <Button size="xs" onClick={setLink}>
                  {t('rich.setLink')}
                </Button>
              </Group>
            </Popover.Dropdown>
          </Popover>
          <FieldMenu onInsert={(text) => editor?.chain().focus().insertContent(text).run()} />
        </RichTextEditor.Toolbar>
      )}
      <RichTextEditor.Content />
    </RichTextEditor>
  );
}
