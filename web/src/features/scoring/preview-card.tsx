import {
  Alert,
  Badge,
  Button,
  Card,
  Group,
  Loader,
  Stack,
  Switch,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber } from '@/app/format';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { BANDS } from './card-data';
import { type Preview, previewQuery, type Settings, type Setup, setupPath } from './queries';
import classes from './scoring.module.css';

type Result = NonNullable<Preview['result']>;

function Moves({ result }: { result: Result }) {
  const { t } = useTranslation('scoring');
  const word = (band: string | null) => t(band ? `distribution.${band}` : 'preview.none');
  const count = (before: string | null, after: string | null) =>
    result.moves.find((move) => move.before === before && move.after === after)?.leads ?? 0;
  const bands = [...BANDS, null].filter((band) =>
    result.moves.some((move) => move.before === band || move.after === band),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t('preview.moves')}>
      <Table fz="sm" className="tw-number">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('preview.fromTo')}</Table.Th>
            {bands.map((after) => (
              <Table.Th key={after ?? 'none'} scope="col" ta="end">
                {word(after)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {bands.map((before) => (
            <Table.Tr key={before ?? 'none'}>
              <Table.Th scope="row" fw={400}>
                {word(before)}
              </Table.Th>
              {bands.map((after) => (
                <Table.Td
                  key={after ?? 'none'}
                  ta="end"
                  fw={before !== after && count(before, after) ? 600 : undefined}
                  c={before === after || !count(before, after) ? 'dimmed' : undefined}
                >
                  {formatNumber(count(before, after))}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Outcome({ result }: { result: Result }) {
  const { t } = useTranslation('scoring');
  return (
    <Stack gap="sm">
      <Text size="sm">{result.note}</Text>
      {result.sampled && (
        <Text size="xs" c="dimmed">
          {t('preview.sampled', {
            leads: formatNumber(result.leads),
            all: formatNumber(result.of_all),
          })}
        </Text>
      )}
      <Moves result={result} />
      {result.examples.length > 0 && (
        <div>
          <Title order={3} size="sm">
            {t('preview.examples')}
          </Title>
          <ul className={classes.rows}>
            {result.examples.slice(0, 6).map((lead) => (
              <li key={lead.lead_id} className={classes.row}>
                <LinkAnchor
                  to={`/leads/${lead.lead_id}` as never}
                  size="sm"
                  className={`${classes.main} tw-truncate`}
                >
                  {lead.name}
                </LinkAnchor>
                <Text size="sm" className="tw-number">
                  {t('preview.change', {
                    before: lead.score_before ?? '–',
                    after: lead.score_after ?? '–',
                  })}
                </Text>
              </li>
            ))}
          </ul>
        </div>
      )}
      {result.followers.length > 0 && (
        <div>
          <Title order={3} size="sm">
            {t('preview.followers')}
          </Title>
          <ul className={classes.plain}>
            {result.followers.map((follower) => (
              <li key={`${follower.kind} ${follower.name}`}>
                <Text size="sm">
                  {t('preview.follower', { name: follower.name, effect: follower.effect })}
                </Text>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Stack>
  );
}

interface PreviewCardProps {
  setup: Setup;
  settings: Settings;
  dirty: boolean;
  /** More buttons. */
  children: ReactNode;
}

/** Who would change band if the settings took over; publishes them when they are right. */
export function PreviewCard({ setup, settings, dirty, children }: PreviewCardProps) {
  const { t } = useTranslation('scoring');
  const [made, setMade] = useState<{ id: string; of: string }>();
  const [everything, setEverything] = useState(false);
  const [busy, setBusy] = useState(false);
  const { data, error } = useQuery({
    ...previewQuery(made?.id ?? ''),
    enabled: made !== undefined,
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 700 : false),
  });
  const current = JSON.stringify(settings);
  const outdated = made !== undefined && made.of !== current;
  const start = async () => {
    setBusy(true);
    try {
      const path = `${setupPath(setup.key)}/previews`;
      const preview = await request<Preview>('post', path, { body: { settings, everything } });
      setMade({ id: preview.id, of: current });
    } catch (reason) {
      toastError(t('preview.notStarted'), reason);
    }
    setBusy(false);
  };
  const publish = async () => {
    if (!data) return;
    setBusy(true);
    try {
      await request('post', `/api/v1/scoring/previews/${data.id}/publish`);
      toastSuccess(t('preview.published'));
      setMade(undefined);
      await invalidatePaths('/api/v1/scoring', '/api/v1/jobs');
    } catch (reason) {
      toastError(t('preview.notPublished'), reason);
    }
    setBusy(false);
  };
  const ready = data?.state === 'ready' && !outdated && dirty;
  return (
    <Card component="section" aria-labelledby="setup-preview">
      <Stack gap="md">
        <div>
          <Group gap="xs">
            <Title order={2} size="h3" id="setup-preview">
              {t('preview.title')}
            </Title>
            {dirty && <Badge color="yellow">{t('setup.changed')}</Badge>}
          </Group>
          <Text size="xs" c="dimmed">
            {t('preview.text')}
          </Text>
        </div>
        <Switch
          label={t('preview.everything')}
          checked={everything}
          onChange={(event) => setEverything(event.currentTarget.checked)}
        />
        <Group gap="xs">
          <Button
            variant={ready ? 'default' : 'filled'}
            disabled={!dirty}
            loading={busy && !ready}
            onClick={() => void start()}
          >
            {t('preview.show')}
          </Button>
          {ready && (
            <Button loading={busy} onClick={() => void publish()}>
              {t('preview.publish')}
            </Button>
          )}
          {children}
        </Group>
        <div role="status">
          {made && !data && !error && <Loader size={16} />}
          {data?.state === 'running' && (
            <Group gap="xs">
              <Loader size={16} />
              <Text size="sm">{t('preview.running')}</Text>
            </Group>
          )}
          {data?.state === 'failed' && (
            <Alert color="red" title={t('preview.failed')}>
              {data.error}
            </Alert>
          )}
          {outdated && data?.result && (
            <Text size="sm" c="dimmed" mb="xs">
              {t('preview.outdated')}
            </Text>
          )}
          {data?.result && <Outcome result={data.result} />}
        </div>
        {error && made && <ErrorState error={error} compact order={3} />}
      </Stack>
    </Card>
  );
}
