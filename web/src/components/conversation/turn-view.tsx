import { Alert, Badge, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import type { Icon } from '@/app/icon-type';
import { IconAlertTriangle, IconCheck, IconCircleX, IconHelpCircle, IconLock } from '@/app/icons';
import classes from './conversation.module.css';
import { type Decision, subjectOf, type Turn, type Verdict } from './turn';

const LOOKS: Record<Verdict, { icon: Icon; colour: string }> = {
  done: { icon: IconCheck, colour: 'green' },
  asked: { icon: IconHelpCircle, colour: 'blue' },
  withheld: { icon: IconLock, colour: 'yellow' },
  refused: { icon: IconCircleX, colour: 'red' },
};
const MICRO = 1_000_000;
const SECOND_MS = 1000;

function DecisionRow({ decision }: { decision: Decision }) {
  const { t } = useTranslation('conversation');
  const { action, verdict, rule, why } = decision;
  const { icon: Picture, colour } = LOOKS[verdict];
  // A claim is judged by itself, and has no kind of its own.
  const kind = String(action.kind ?? 'answer');
  const subject = subjectOf(action);
  const quote = typeof action.quote === 'string' && action.quote;
  return (
    <li className={classes.decision}>
      <Text span c={`var(--mantine-color-${colour}-text)`}>
        <Picture size={16} aria-hidden />
      </Text>
      <div>
        <Group gap={6}>
          <Text component="span" size="sm" fw={500}>
            {t(`action.${kind}`, { defaultValue: kind })}
          </Text>
          <Badge size="sm" color={colour}>
            {t(`verdict.${verdict}`)}
          </Badge>
        </Group>
        {subject && (
          <Text size="sm" className={classes.breakable}>
            {subject}
          </Text>
        )}
        {kind === 'capture' && quote && (
          <Text size="xs" c="dimmed" className={classes.breakable}>
            {t('turn.quote', { quote })}
          </Text>
        )}
        <Text size="xs" c="dimmed" className={classes.breakable}>
          {why} {rule && <code>{rule}</code>}
        </Text>
      </div>
    </li>
  );
}

/** What an agent proposed in a turn, what became of each proposal, and by which rule. */
export function TurnView({ turn }: { turn: Turn }) {
  const { t } = useTranslation('conversation');
  const facts = [
    turn.made_by === 'local' ? t('turn.local') : t('turn.model', { model: turn.model ?? '' }),
    t('turn.took', {
      seconds: formatNumber(turn.duration_ms / SECOND_MS, { maximumFractionDigits: 2 }),
    }),
    turn.cost_microusd > 0 &&
      formatNumber(turn.cost_microusd / MICRO, {
        style: 'currency',
        currency: 'USD',
        maximumFractionDigits: 4,
      }),
    turn.variant && t('turn.variant', { variant: turn.variant }),
    turn.retrieved.length > 0 && t('turn.retrieved', { count: turn.retrieved.length }),
  ];
  return (
    <Stack gap="xs">
      {turn.outcome === 'dropped' && (
        <Alert color="yellow" icon={<IconAlertTriangle size={16} />}>
          {t('turn.dropped')} {turn.dropped_because}
        </Alert>
      )}
      {turn.findings.map((finding, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: findings have no identity
        <Alert key={index} color="red" icon={<IconAlertTriangle size={16} />}>
          <Text size="sm" fw={500}>
            {t('turn.finding', {
              where: t(`where.${finding.where}`, { defaultValue: finding.where }),
            })}
          </Text>
          <Text size="sm">{finding.detail}</Text>
          {finding.excerpt && <q className={classes.breakable}>{finding.excerpt}</q>}
        </Alert>
      ))}
      {turn.decisions.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('turn.nothing')}
        </Text>
      ) : (
        <ul className={classes.decisions} aria-label={t('turn.decisions')}>
          {turn.decisions.map((decision, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: decisions stand in their order
            <DecisionRow key={index} decision={decision} />
          ))}
        </ul>
      )}
      <Text size="xs" c="dimmed" className="tw-number">
        {facts.filter(Boolean).join(' · ')}
      </Text>
      {turn.fell_back_because && (
        <Text size="xs" c="dimmed">
          {t('turn.fellBack', { reason: turn.fell_back_because })}
        </Text>
      )}
    </Stack>
  );
}
