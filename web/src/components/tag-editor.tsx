import { Badge, CloseButton, TagsInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { IconPlus } from '@/app/icons';
import { tagColour } from './tag-colour';
import classes from './tag-editor.module.css';

interface TagEditorProps {
  tags: readonly string[];
  readOnly?: boolean;
  onAdd: (tag: string) => void;
  onRemove: (tag: string) => void;
}

/** Tags of a record; a new name is added to the organisation's tags by the server. */
export function TagEditor({ tags, readOnly = false, onAdd, onRemove }: TagEditorProps) {
  const { t } = useTranslation('components');
  const known = useQuery(apiQuery<Schema<'TagRead'>[]>('/api/v1/tags')).data;
  const [adding, setAdding] = useState(false);
  return (
    <fieldset className={classes.tags} aria-label={t('tags.title')}>
      {tags.map((tag) => (
        <Badge
          key={tag}
          size="lg"
          color={tagColour(known?.find((item) => item.name === tag)?.colour)}
          title={tag}
          rightSection={
            readOnly ? undefined : (
              <CloseButton
                size={20}
                iconSize={12}
                variant="transparent"
                aria-label={t('tags.remove', { tag })}
                onClick={() => onRemove(tag)}
              />
            )
          }
        >
          {tag}
        </Badge>
      ))}
      {readOnly && tags.length === 0 && <span>–</span>}
      {!readOnly && !adding && (
        <UnstyledButton className={classes.add} onClick={() => setAdding(true)}>
          <IconPlus size={14} aria-hidden />
          {t('tags.add')}
        </UnstyledButton>
      )}
      {adding && (
        <TagsInput
          size="xs"
          autoFocus
          className={classes.input}
          aria-label={t('tags.add')}
          placeholder={t('tags.placeholder')}
          data={known?.map((item) => item.name).filter((name) => !tags.includes(name)) ?? []}
          value={[]}
          maxLength={60}
          onChange={([tag]) => tag && onAdd(tag)}
          onBlur={() => setAdding(false)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            setAdding(false);
          }}
        />
      )}
    </fieldset>
  );
}
