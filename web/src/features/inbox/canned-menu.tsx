import { Text, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CannedReply } from './queries';
import classes from './thread.module.css';

interface CannedMenuProps {
  replies: readonly CannedReply[];
  active: number;
  onChoose: (index: number) => void;
}

/** The canned replies that fit what was typed after the slash. */
export function CannedMenu({ replies, active, onChoose }: CannedMenuProps) {
  const { t } = useTranslation('inbox');
  if (replies.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="xs">
        {t('canned.none')}
      </Text>
    );
  }
  return (
    <ul className={classes.menu} aria-label={t('canned.title')}>
      {replies.map((reply, index) => (
        <li key={reply.id}>
          <UnstyledButton
            className={classes.option}
            data-active={index === active || undefined}
            // The field keeps the focus, and with it the place where the text goes.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(index)}
          >
            <span className={classes.grow}>
              <Text size="sm" truncate>
                <code>/{reply.shortcut}</code> {reply.title}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {reply.text}
              </Text>
            </span>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
