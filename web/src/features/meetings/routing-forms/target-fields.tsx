import { Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { eventTypesQuery } from '../queries';
import type { Target } from './draft';
import classes from './routing-forms.module.css';

const KINDS = ['event_type', 'link', 'message'] as const;
const EMPTY: Record<Target['kind'], Target> = {
  event_type: { kind: 'event_type', event_type_id: '' },
  link: { kind: 'link', url: '' },
  message: { kind: 'message', text: '' },
};

interface TargetFieldsProps {
  /** Whose target it is, for screen readers. */
  of: string;
  target: Target;
  error: ReactNode;
  readOnly: boolean;
  onChange: (target: Target) => void;
}

/** Where somebody goes: to an event type, to another page, or to a message. */
export function TargetFields({ of, target, error, readOnly, onChange }: TargetFieldsProps) {
  const { t } = useTranslation('meetings/routing-forms');
  const { data: eventTypes } = useQuery(eventTypesQuery());
  const named = (what: string) => t('target.of', { what: t(what), of });
  return (
    <div className={classes.targetFields}>
      <Select
        aria-label={named('target.label')}
        readOnly={readOnly}
        data={KINDS.map((kind) => ({ value: kind, label: t(`target.${kind}`) }))}
        value={target.kind}
        onChange={(kind) => kind !== target.kind && onChange(EMPTY[kind as Target['kind']])}
      />
      {target.kind === 'event_type' && (
        <Select
          aria-label={named('target.eventType')}
          placeholder={t('target.chooseEventType')}
          readOnly={readOnly}
          searchable
          data={(eventTypes ?? []).map(({ id, title, active }) => ({
            value: id,
            label: active ? title : t('target.off', { title }),
          }))}
          value={target.event_type_id || null}
          error={error}
          onChange={(id) => onChange({ kind: 'event_type', event_type_id: id ?? '' })}
        />
      )}
      {target.kind === 'link' && (
        <TextInput
          aria-label={named('target.url')}
          type="url"
          placeholder="https://"
          maxLength={2000}
          readOnly={readOnly}
          value={target.url}
          error={error}
          onChange={(event) => onChange({ kind: 'link', url: event.currentTarget.value })}
        />
      )}
      {target.kind === 'message' && (
        <Textarea
          className={classes.message}
          aria-label={named('target.text')}
          placeholder={t('target.example')}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={5000}
          readOnly={readOnly}
          value={target.text}
          error={error}
          onChange={(event) => onChange({ kind: 'message', text: event.currentTarget.value })}
        />
      )}
    </div>
  );
}
