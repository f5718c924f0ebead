import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './agents.module.css';
import type { Difference } from './differences';

const SWITCHED: Record<string, string> = { true: 'difference.on', false: 'difference.off' };

/** What differs, each with what it was and what it becomes. */
export function DifferenceList({
  differences,
  namesOf,
}: {
  differences: readonly Difference[];
  /** Names behind ids: flows, event types, queues. */
  namesOf: ReadonlyMap<string, string>;
}) {
  const { t } = useTranslation('agents');
  const words = (value: string) => {
    const switched = SWITCHED[value];
    if (switched) return t(switched);
    return namesOf.get(value) ?? value;
  };
  return (
    <ul className={classes.list} aria-label={t('difference.title')}>
      {differences.map(({ path, before, after }) => (
        <li key={path} className={classes.difference}>
          <Text size="sm" fw={500}>
            {t(`field.${path}`, { defaultValue: path })}
          </Text>
          <del className={classes.before}>
            <span className="tw-hidden">{t('difference.before')} </span>
            {words(before) || t('difference.nothing')}
          </del>
          <ins className={classes.after}>
            <span className="tw-hidden">{t('difference.after')} </span>
            {words(after) || t('difference.nothing')}
          </ins>
        </li>
      ))}
    </ul>
  );
}
