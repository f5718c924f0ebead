import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { Masked } from '@/components/masked';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { type RoutingForm, routingAnswersQuery } from '../queries';
import type { TabProps } from './form';
import classes from './routing-forms.module.css';
import { TargetWords } from './target-words';

const route = getRouteApi('/_app/meetings/routing-forms/$formId');

/** What strangers answered, newest first, where that led, and why. */
export function AnswersTab({ routingForm }: TabProps) {
  const { t } = useTranslation('meetings/routing-forms');
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(routingAnswersQuery(routingForm.id, cursor));
  const turn = (next: string | null | undefined) =>
    next ? () => void navigate({ search: (old) => ({ ...old, cursor: next }) }) : undefined;
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={6} />;
  if (data.items.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('answers.none')}
      </Text>
    );
  }
  const newer = turn(data.previous_cursor);
  const older = turn(data.next_cursor);
  return (
    <Stack gap="md">
      <ul className={classes.answers} aria-label={t('tab.answers')}>
        {data.items.map((one) => (
          <li key={one.id} className={classes.answer}>
            <Group justify="space-between" align="flex-start" gap="xs">
              <Group gap="xs" className={classes.led}>
                <Badge color={one.rule === null ? 'gray' : 'blue'}>
                  {one.rule ?? t('rules.else')}
                </Badge>
                <Text size="sm" component="div" className={classes.target}>
                  <TargetWords target={one.target} />
                </Text>
              </Group>
              <Text size="xs" c="dimmed" component="time" dateTime={one.answered_at}>
                {formatDateTime(one.answered_at)}
              </Text>
            </Group>
            <Text size="xs" c="dimmed">
              {one.reason}
            </Text>
            <Given answers={one.answers} questions={routingForm.questions} />
          </li>
        ))}
      </ul>
      {(newer || older) && (
        <Group justify="flex-end" gap="xs">
          <Button variant="default" disabled={!newer} onClick={newer}>
            {t('answers.newer')}
          </Button>
          <Button variant="default" disabled={!older} onClick={older}>
            {t('answers.older')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface GivenProps {
  answers: Record<string, unknown>;
  questions: RoutingForm['questions'];
}

function Given({ answers, questions }: GivenProps) {
  const { t } = useTranslation('meetings/routing-forms');
  const labels = new Map(questions.map(({ key, label }) => [key, label]));
  const shown = Object.entries(answers);
  if (shown.length === 0) return null;
  return (
    <dl className={classes.given}>
      {shown.map(([key, value]) => (
        <div key={key}>
          <dt>{labels.get(key) ?? key}</dt>
          <dd>{value === true ? t('ticked') : <Masked value={String(value)} />}</dd>
        </div>
      ))}
    </dl>
  );
}
