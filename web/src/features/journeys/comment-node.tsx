import { CloseButton, Group, Text, Textarea } from '@mantine/core';
import type { Node, NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './canvas.module.css';
import { useEditing } from './editing';
import type { Comment } from './graph';

export type CommentFlowNode = Node<{ comment: Comment }, 'comment'>;

/** A note on the canvas, for colleagues; it changes nothing. */
export const CommentNode = memo(function CommentNode({ data }: NodeProps<CommentFlowNode>) {
  const { t } = useTranslation('journeys');
  const { graph, change, readOnly } = useEditing();
  const { comment } = data;
  const put = (comments: Comment[], of?: string) => change({ ...graph, comments }, of);
  return (
    <div className={classes.comment}>
      <Group justify="space-between" wrap="nowrap" gap={4}>
        <Text size="xs" fw={600} truncate>
          {comment.author_name || t('comment.title')}
        </Text>
        {!readOnly && (
          <CloseButton
            size={24}
            className="nodrag"
            aria-label={t('comment.remove')}
            onClick={() => put(graph.comments.filter(({ id }) => id !== comment.id))}
          />
        )}
      </Group>
      <Textarea
        className={`${classes.commentText} nodrag nowheel`}
        aria-label={t('comment.title')}
        placeholder={t('comment.placeholder')}
        autosize
        maxRows={8}
        maxLength={2000}
        readOnly={readOnly}
        value={comment.text}
        onChange={({ currentTarget: { value } }) =>
          put(
            graph.comments.map((one) => (one.id === comment.id ? { ...one, text: value } : one)),
            `comment-${comment.id}`,
          )
        }
      />
    </div>
  );
});
