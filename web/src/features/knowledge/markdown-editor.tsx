import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import {
  defaultHighlightStyle,
  defineLanguageFacet,
  HighlightStyle,
  Language,
  languageDataProp,
  syntaxHighlighting,
} from '@codemirror/language';
import { EditorSelection, EditorState } from '@codemirror/state';
import { EditorView, placeholder as ghost, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { GFM, parser } from '@lezer/markdown';
import { ActionIcon, Tooltip } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import {
  IconBold,
  IconCode,
  IconH1,
  IconItalic,
  IconLink,
  IconList,
  IconListNumbers,
  IconQuote,
  IconTable,
} from '@/app/icons';
import classes from './knowledge.module.css';

const data = defineLanguageFacet({});
const markdown = new Language(
  data,
  parser.configure([GFM, { props: [languageDataProp.add({ Document: data })] }]),
  [],
  'markdown',
);
const weights = HighlightStyle.define([
  { tag: tags.heading, fontWeight: '600' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.link, textDecoration: 'underline' },
  { tag: tags.processingInstruction, color: 'var(--mantine-color-dimmed)' },
]);
const looks = EditorView.theme({
  '&': { fontSize: '14px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-content': {
    fontFamily: 'inherit',
    lineHeight: '1.6',
    minHeight: '380px',
    padding: '12px',
    caretColor: 'var(--mantine-color-text)',
  },
  '.cm-scroller': { fontFamily: 'inherit' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-placeholder': { color: 'var(--mantine-color-dimmed)' },
});

/** Puts marks around the selection, or takes them away. */
function around(view: EditorView, mark: string, after = mark): boolean {
  const { state } = view;
  view.dispatch(
    state.changeByRange((range) => {
      const marked =
        state.sliceDoc(range.from - mark.length, range.from) === mark &&
        state.sliceDoc(range.to, range.to + after.length) === after;
      if (marked) {
        return {
          changes: [
            { from: range.from - mark.length, to: range.from },
            { from: range.to, to: range.to + after.length },
          ],
          range: EditorSelection.range(range.from - mark.length, range.to - mark.length),
        };
      }
      return {
        changes: [
          { from: range.from, insert: mark },
          { from: range.to, insert: after },
        ],
        range: EditorSelection.range(range.from + mark.length, range.to + mark.length),
      };
    }),
  );
  view.focus();
  return true;
}

/** Begins each chosen line with a mark, or takes it away where all have it. */
function lines(view: EditorView, mark: (index: number) => string): boolean {
  const { state } = view;
  const { from, to } = state.selection.main;
  const chosen = [];
  for (let at = state.doc.lineAt(from); ; at = state.doc.line(at.number + 1)) {
    chosen.push(at);
    if (at.to >= to || at.number === state.doc.lines) break;
  }
  const all = chosen.every((line, index) => line.text.startsWith(mark(index)));
  view.dispatch({
    changes: chosen.map((line, index) =>
      all
        ? { from: line.from, to: line.from + mark(index).length }
        : { from: line.from, insert: mark(index) },
    ),
  });
  view.focus();
  return true;
}

const insert = (view: EditorView, text: string) => {
  view.dispatch(view.state.replaceSelection(text));
  view.focus();
  return true;
};
const TABLE = '\n|  |  |\n| --- | --- |\n|  |  |\n';
const TOOLS = [
  {
    name: 'heading',
    icon: IconH1,
    key: 'Mod-Alt-1',
    run: (v: EditorView) => lines(v, () => '## '),
  },
  { name: 'bold', icon: IconBold, key: 'Mod-b', run: (v: EditorView) => around(v, '**') },
  { name: 'italic', icon: IconItalic, key: 'Mod-i', run: (v: EditorView) => around(v, '_') },
  {
    name: 'list',
    icon: IconList,
    key: 'Mod-Shift-8',
    run: (v: EditorView) => lines(v, () => '- '),
  },
  {
    name: 'numbers',
    icon: IconListNumbers,
    key: 'Mod-Shift-7',
    run: (v: EditorView) => lines(v, (index) => `${index + 1}. `),
  },
  {
    name: 'quote',
    icon: IconQuote,
    key: 'Mod-Shift-9',
    run: (v: EditorView) => lines(v, () => '> '),
  },
  { name: 'code', icon: IconCode, key: 'Mod-e', run: (v: EditorView) => around(v, '`') },
  {
    name: 'link',
    icon: IconLink,
    key: 'Mod-k',
    run: (v: EditorView) => around(v, '[', '](https://)'),
  },
  { name: 'table', icon: IconTable, key: undefined, run: (v: EditorView) => insert(v, TABLE) },
] as const;

interface MarkdownEditorProps {
  value: string;
  onChange: (value: string) => void;
  label: string;
}

/** A text field for Markdown: tools above it, the usual keys, Tab leaves it. */
export default function MarkdownEditor({ value, onChange, label }: MarkdownEditorProps) {
  const { t } = useTranslation('knowledge');
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const told = useRef(onChange);
  told.current = onChange;
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; later values go in by the effect below
  useEffect(() => {
    if (!place.current) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          history(),
          keymap.of([
            ...TOOLS.flatMap(({ key, run }) => (key ? [{ key, run }] : [])),
            ...defaultKeymap,
            ...historyKeymap,
          ]),
          markdown,
          syntaxHighlighting(weights),
          syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'true' }),
          ghost(t('editor.placeholder')),
          looks,
          EditorView.updateListener.of(
            (update) => update.docChanged && told.current(update.state.doc.toString()),
          ),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => {
    const shown = view.current;
    if (shown && shown.state.doc.toString() !== value) {
      shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: value } });
    }
  }, [value]);
  return (
    <div className={classes.editor}>
      <div className={classes.toolbar} role="toolbar" aria-label={t('editor.tools')}>
        {TOOLS.map(({ name, icon: ToolIcon, key, run }) => (
          <Tooltip
            key={name}
            label={[t(`editor.${name}`), key?.replace('Mod', 'Ctrl').replaceAll('-', '+')]
              .filter(Boolean)
              .join(' · ')}
          >
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t(`editor.${name}`)}
              onClick={() => view.current && run(view.current)}
            >
              <ToolIcon size={16} />
            </ActionIcon>
          </Tooltip>
        ))}
      </div>
      <div ref={place} className={classes.typing} />
    </div>
  );
}
