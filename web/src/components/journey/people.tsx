import {
  Badge,
  Box,
  Button,
  Drawer,
  Group,
  SegmentedControl,
  Stack,
  Table,
  Text,
  Timeline,
} from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime, formatRelative } from '@/app/format';
import { useMay } from '@/app/permissions';
import { askConfirm } from '../confirm';
import { LinkAnchor } from '../link-anchor';
import { Masked } from '../masked';
import { ErrorState, LoadingLines } from '../page-states';
import { toastError, toastSuccess } from '../toasts';
import classes from './journey.module.css';
import { ENROLMENT_STATES } from './states';

type Enrolment = Schema<'EnrolmentRead'>;

const JOURNEYS = '/api/v1/journeys';
const PEOPLE = '/api/v1/journey-enrolments';
const LIVE_MS = 5_000;
const COLOURS = { waiting: 'blue', done: 'green', exited: 'gray', failed: 'red' } as const;

/** Every step of a person, with its reason. */
function TraceDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation('journeys');
  const mayLaunch = useMay('campaigns:launch');
  const { data, error, refetch } = useQuery(apiQuery<Schema<'EnrolmentTrace'>>(`${PEOPLE}/${id}`));
  const takeOut = async (enrolment: Enrolment) => {
    const sure = await askConfirm({
      title: t('people.removeTitle'),
      message: t('people.removeText', { name: enrolment.person_name }),
      confirm: t('people.remove'),
    });
    if (!sure) return;
    try {
      await request('delete', `${PEOPLE}/${id}`);
      toastSuccess(t('people.removed', { name: enrolment.person_name }));
      onClose();
    } catch (reason) {
      toastError(t('people.notRemoved'), reason);
    }
    await invalidatePaths(JOURNEYS, PEOPLE);
  };
  return (
    <Drawer opened onClose={onClose} size="md" title={t('people.trace')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={6} height={32} />}
      {data && (
        <Stack gap="md">
          <div>
            <LinkAnchor to={`/leads/${data.enrolment.person_id}` as never} fw={600}>
              <Masked value={data.enrolment.person_name} />
            </LinkAnchor>
            <Text size="sm" c="dimmed">
              {data.enrolment.waits_for || data.enrolment.reason}
            </Text>
          </div>
          <Timeline bulletSize={12} lineWidth={2} active={data.steps.length}>
            {data.steps.map((step) => (
              <Timeline.Item
                key={step.visit}
                title={step.node_name || (step.node_kind ? t(`kind.${step.node_kind}`) : step.node)}
              >
                <Text size="sm">{step.why}</Text>
                <Text size="xs" c="dimmed">
                  {formatDateTime(step.at)}
                </Text>
              </Timeline.Item>
            ))}
            {data.enrolment.state === 'waiting' && (
              <Timeline.Item
                title={
                  data.enrolment.node_name ||
                  (data.enrolment.node_kind ? t(`kind.${data.enrolment.node_kind}`) : '')
                }
                lineVariant="dashed"
              >
                <Text size="sm">{data.enrolment.waits_for}</Text>
                {data.enrolment.due_at && (
                  <Text size="xs" c="dimmed">
                    {t('people.until', { at: formatDateTime(data.enrolment.due_at) })}
                  </Text>
                )}
              </Timeline.Item>
            )}
          </Timeline>
          {mayLaunch && data.enrolment.state === 'waiting' && (
            <Button variant="default" w="fit-content" onClick={() => void takeOut(data.enrolment)}>
              {t('people.remove')}
            </Button>
          )}
        </Stack>
      )}
    </Drawer>
  );
}

function Row({ one, onOpen }: { one: Enrolment; onOpen: () => void }) {
  const { t } = useTranslation('journeys');
  const state = <Badge color={COLOURS[one.state]}>{t(`people.state.${one.state}`)}</Badge>;
  return (
    <Table.Tr>
      <Table.Td>
        <LinkAnchor to={`/leads/${one.person_id}` as never}>
          <Masked value={one.person_name} />
        </LinkAnchor>
        <Box hiddenFrom="sm" mt={4}>
          {state}
        </Box>
      </Table.Td>
      <Table.Td visibleFrom="sm">{state}</Table.Td>
      <Table.Td>
        <Text size="sm">{one.node_name || (one.node_kind ? t(`kind.${one.node_kind}`) : '')}</Text>
        <Text size="xs" c="dimmed">
          {one.waits_for || one.reason}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Text size="sm" title={formatDateTime(one.entered_at)}>
          {formatRelative(one.entered_at)}
        </Text>
      </Table.Td>
      <Table.Td ta="end">
        <Button
          size="xs"
          variant="default"
          aria-label={t('people.whyOf', { name: one.person_name })}
          onClick={onOpen}
        >
          {t('people.why')}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

/** Which people are shown, and whose way is open. */
export interface PeopleShown {
  state?: Enrolment['state'] | undefined;
  cursor?: string | undefined;
  person?: string | undefined;
}

interface JourneyPeopleProps {
  journeyId: string;
  /** People move by themselves: it is read again now and then. */
  moving: boolean;
  shown: PeopleShown;
  onShow: (change: PeopleShown) => void;
}

/** Who is in a journey: where, since when, and why. Texts: load `journeys`. */
export function JourneyPeople({ journeyId, moving, shown, onShow }: JourneyPeopleProps) {
  const { t } = useTranslation('journeys');
  const { state, cursor, person } = shown;
  const { data, error, refetch } = useQuery({
    ...apiQuery<Schema<'Page_EnrolmentRead_'>>(`${JOURNEYS}/${journeyId}/enrolments`, {
      state,
      cursor,
    }),
    refetchInterval: moving ? LIVE_MS : false,
    placeholderData: keepPreviousData,
  });
  return (
    <Stack gap="md">
      <Group className={classes.scroll}>
        <SegmentedControl
          aria-label={t('people.filter')}
          value={state ?? 'all'}
          data={[
            { value: 'all', label: t('people.all') },
            ...ENROLMENT_STATES.map((value) => ({ value, label: t(`people.state.${value}`) })),
          ]}
          onChange={(value) =>
            onShow({
              state: value === 'all' ? undefined : (value as Enrolment['state']),
              cursor: undefined,
            })
          }
        />
      </Group>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={6} height={44} />}
      {data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t(state ? 'people.noneOfState' : 'people.none')}
        </Text>
      )}
      {data && data.items.length > 0 && (
        <Table.ScrollContainer
          minWidth={280}
          type="native"
          tabIndex={0}
          role="region"
          aria-label={t('people.filter')}
        >
          <Table verticalSpacing="xs" miw={{ base: 0, sm: 640 }}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('people.person')}</Table.Th>
                <Table.Th visibleFrom="sm">{t('people.stateHead')}</Table.Th>
                <Table.Th>{t('people.where')}</Table.Th>
                <Table.Th visibleFrom="sm">{t('people.entered')}</Table.Th>
                <Table.Th ta="end">
                  <span className="tw-hidden">{t('people.why')}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((one) => (
                <Row key={one.id} one={one} onOpen={() => onShow({ person: one.id })} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {(cursor || data?.next_cursor) && (
        <Group gap="xs">
          {cursor && (
            <Button variant="default" onClick={() => onShow({ cursor: undefined })}>
              {t('people.newest')}
            </Button>
          )}
          {data?.next_cursor && (
            <Button
              variant="default"
              onClick={() => onShow({ cursor: data.next_cursor ?? undefined })}
            >
              {t('people.older')}
            </Button>
          )}
        </Group>
      )}
      {person && <TraceDrawer id={person} onClose={() => onShow({ person: undefined })} />}
    </Stack>
  );
}
