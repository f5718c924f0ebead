import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import classes from './inbox.module.css';
import { countsQuery } from './queries';

/** How many conversations wait for a person, behind the entry of the navigation. */
export default function InboxCount() {
  const { t } = useTranslation('inbox', { useSuspense: true });
  const counts = useQuery(countsQuery()).data;
  const waiting = counts ? counts.unassigned + counts.mine_unread : 0;
  if (waiting === 0) return null;
  return (
    <span className={classes.badge}>
      {formatNumber(waiting)}
      <span className="tw-hidden"> {t('attention')}</span>
    </span>
  );
}
