import { Tooltip, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '@/app/format';
import { IconSparkles } from '@/app/icons';
import classes from './detail.module.css';

interface Finding {
  value?: unknown;
  source?: string;
  confidence?: number;
  raw?: unknown;
}

/** What was found out about a field by ourselves, if the record still holds it. */
export function findingOf(enrichment: Record<string, unknown>, field: string): Finding | undefined {
  const finding = enrichment[field];
  return finding !== null && typeof finding === 'object' ? (finding as Finding) : undefined;
}

/** Mark beside a field whose value was found or put into its normal form: from what, and how sure. */
export function Origin({
  enrichment,
  field,
  label,
}: {
  enrichment: Record<string, unknown>;
  field: string;
  label: string;
}) {
  const { t } = useTranslation('leads/detail');
  const finding = findingOf(enrichment, field);
  if (!finding?.source || finding.value == null) return null;
  const words = [
    t('origin.from', { source: finding.source }),
    finding.raw != null && t('origin.raw', { raw: String(finding.raw) }),
    finding.confidence != null && t('origin.sure', { share: formatPercent(finding.confidence) }),
  ]
    .filter(Boolean)
    .join(' · ');
  return (
    <Tooltip label={words} events={{ hover: true, focus: true, touch: true }}>
      <UnstyledButton className={classes.origin} aria-label={`${label}: ${words}`}>
        <IconSparkles size={14} />
      </UnstyledButton>
    </Tooltip>
  );
}
