import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { toMinor } from '@/app/amounts';
import { formatMoney } from '@/app/format';
import { InlineEdit } from '@/components/inline-edit';
import { RecordFact } from '@/components/record/record-field';
import classes from './board.module.css';
import type { Deal } from './queries';

interface AmountFieldProps {
  deal: Deal;
  value: number | null;
  readOnly: boolean;
  /** `seen` is the deal as it was when the editing began; a newer answer must not pass for it. */
  onSave: (value: number | string | null, seen: Deal) => Promise<unknown>;
}

/** The amount of a deal, typed in whole units and kept in minor ones. */
export function AmountField({ deal, value, readOnly, onSave }: AmountFieldProps) {
  const { t } = useTranslation('board');
  const seen = useRef(deal);
  return (
    <RecordFact label={t('field.amount')}>
      <div
        className={classes.inline}
        onFocusCapture={() => {
          seen.current = deal;
        }}
      >
        <InlineEdit
          label={t('field.amount')}
          kind="number"
          value={value}
          readOnly={readOnly}
          validate={(next) => (Number(next) < 0 ? t('amountNegative') : undefined)}
          format={(shown) => {
            const minor = toMinor(shown, deal.currency);
            return minor === null ? '' : formatMoney(minor, deal.currency);
          }}
          onSave={(next) => onSave(next, seen.current)}
        />
      </div>
    </RecordFact>
  );
}
