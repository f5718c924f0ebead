import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { IconAlertTriangle, IconCheck } from '@/app/icons';
import { STEPS, type Step } from '../search';
import classes from './wizard.module.css';

export type Mark = 'done' | 'wrong' | undefined;

interface StepNavProps {
  active: Step;
  /** Steps that were left, and whether something is missing there. */
  marks: Record<Step, Mark>;
}

/** The five steps, each a link; any of them can be opened at any time. */
export function StepNav({ active, marks }: StepNavProps) {
  const { t } = useTranslation('campaigns');
  return (
    <nav aria-label={t('wizard.steps')}>
      <ol className={classes.steps}>
        {STEPS.map((step, index) => {
          const mark = step === active ? undefined : marks[step];
          return (
            <li key={step} data-mark={mark}>
              <Link
                to="."
                search={(old: object) => ({ ...old, step }) as never}
                aria-current={step === active ? 'step' : undefined}
                className={classes.step}
              >
                <span className={classes.number} aria-hidden>
                  {mark === 'done' && <IconCheck size={14} />}
                  {mark === 'wrong' && <IconAlertTriangle size={14} />}
                  {!mark && index + 1}
                </span>
                <span className={classes.stepName}>{t(`step.${step}`)}</span>
                {mark && <span className="tw-hidden">{t(`wizard.${mark}`)}</span>}
              </Link>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
