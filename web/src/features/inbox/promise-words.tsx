import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import classes from './inbox.module.css';
import { type Promised, promiseNow, spanOf } from './promise';

/** When a reply is due: dot, shape and words say the same. */
export function PromiseWords({ conversation, now }: { conversation: Promised; now: number }) {
  const { t } = useTranslation('inbox');
  const found = promiseNow(conversation, now);
  if (!found) return null;
  const { unit, count } = spanOf(found.minutes);
  const span = t(`span.${unit}`, { count });
  return (
    <span className={classes.promise} data-state={found.state} title={formatDateTime(found.due)}>
      {t(found.state === 'late' ? 'promise.late' : 'promise.due', { span })}
    </span>
  );
}
