import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './save-bar.module.css';

interface SaveBarProps {
  busy: boolean;
  disabled?: boolean;
  /** Replaces the usual sentence. */
  text?: string | undefined;
  onDiscard: () => void;
  /** Left out inside a form: the button then submits it. */
  onSave?: () => void;
}

/** Stands at the foot of an editor while something is not saved. */
export function SaveBar({ busy, disabled = false, text, onDiscard, onSave }: SaveBarProps) {
  const { t } = useTranslation('components');
  return (
    <div className={classes.bar}>
      <Text size="sm" role="status">
        {text ?? t('saveBar.unsaved')}
      </Text>
      <Group gap="xs">
        <Button variant="default" onClick={onDiscard}>
          {t('saveBar.discard')}
        </Button>
        <Button
          type={onSave ? 'button' : 'submit'}
          loading={busy}
          disabled={disabled}
          {...(onSave ? { onClick: onSave } : {})}
        >
          {t('saveBar.save')}
        </Button>
      </Group>
    </div>
  );
}
