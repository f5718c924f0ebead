import { useTranslation } from 'react-i18next';
import classes from './score-badge.module.css';

export type ScoreBand = 'hot' | 'warm' | 'cool' | 'cold';

interface ScoreBadgeProps {
  /** 0 to 100, or null when there is none yet. */
  score: number | null | undefined;
  band?: string | null | undefined;
  /** Leaves the word out in narrow cells; it stays in the accessible name. */
  compact?: boolean;
}

/** Score as bar, number and band word; colour only repeats what the word says. */
export function ScoreBadge({ score, band, compact = false }: ScoreBadgeProps) {
  const { t } = useTranslation('components');
  if (score == null) {
    return (
      <span className={classes.none}>
        <span aria-hidden>–</span>
        <span className="tw-hidden">{t('score.none')}</span>
      </span>
    );
  }
  const word = band ? t(`score.${band}`, { defaultValue: band }) : undefined;
  return (
    <span className={classes.badge} data-band={band ?? undefined} title={word}>
      <svg className={classes.bar} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
        <rect className={classes.track} width="100" height="6" />
        <rect className={classes.fill} width={Math.max(2, score)} height="6" />
      </svg>
      <span className={classes.number}>{score}</span>
      {word && <span className={compact ? 'tw-hidden' : classes.word}>{word}</span>}
    </span>
  );
}
