import { useTranslation } from 'react-i18next';
import { formatDate } from '@/app/format';
import classes from './conversation.module.css';

const DAY_MS = 86_400_000;

/** The line above the first message of a day. */
export function DayLine({ at }: { at: string }) {
  const { t } = useTranslation('components');
  const day = new Date(at).toDateString();
  const name =
    day === new Date().toDateString()
      ? t('timeline.today')
      : day === new Date(Date.now() - DAY_MS).toDateString()
        ? t('timeline.yesterday')
        : formatDate(at);
  return <li className={classes.day}>{name}</li>;
}
