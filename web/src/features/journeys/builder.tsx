import {
  ActionIcon,
  Alert,
  Button,
  Drawer,
  Group,
  SegmentedControl,
  Stack,
  Text,
  Tooltip,
} from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconArrowBackUp, IconArrowForwardUp, IconListTree, IconSitemap } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useShortcuts } from '@/app/shortcuts';
import { LoadingLines } from '@/components/page-states';
import classes from './builder.module.css';
import { type Editing, EditingContext } from './editing';
import { duplicate, freshId, insertAfter, type Kind, remove, replace } from './graph';
import { Inspector } from './inspector';
import { type Names, newStep } from './kinds';
import { Outline } from './outline';
import { Palette } from './palette';
import {
  countsQuery,
  type Journey,
  journeysQuery,
  mailTemplatesQuery,
  segmentsQuery,
} from './queries';
import type { JourneyEditing } from './use-journey-draft';

const route = getRouteApi('/_app/journeys/$journeyId');
const Canvas = lazy(() => import('./canvas'));
const WIDE = '(min-width: 64em)';
const NOT_PHONE = '(min-width: 48em)';

const byId = (rows: readonly { id: string; name: string }[] | undefined) =>
  new Map((rows ?? []).map(({ id, name }) => [id, name]));

function useNames(): Names {
  const segments = useQuery(segmentsQuery()).data;
  const templates = useQuery(mailTemplatesQuery()).data?.items;
  const journeys = useQuery(journeysQuery()).data;
  const { options } = useMembers();
  return useMemo(
    () => ({
      segments: byId(segments),
      templates: byId(templates),
      journeys: byId(journeys),
      members: new Map(options.map(({ value, label }) => [value, label])),
    }),
    [segments, templates, journeys, options],
  );
}

/** The graph as it is edited, with what may be done to it. */
function useEditingValue(
  journey: Journey,
  draft: JourneyEditing,
  readOnly: boolean,
  arranged: number,
): Editing {
  const names = useNames();
  const { step } = route.useSearch();
  const navigate = route.useNavigate();
  const counts = useQuery(countsQuery(journey.id, journey.state === 'live')).data;
  const graph = draft.value;
  const { change } = draft;
  const select = (id: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, step: id }), replace: true });
  return {
    graph,
    readOnly,
    arranged,
    names,
    counts: journey.published_number === null ? undefined : counts,
    problems: journey.problems,
    selected: graph.nodes.find(({ id }) => id === step),
    select,
    change,
    add: (kind: Kind, after, at) => {
      const made = newStep(freshId(graph), kind);
      const next = after
        ? insertAfter(graph, after.from, after.port, made)
        : { ...graph, nodes: [...graph.nodes, made] };
      const [x, y] = at ?? beside(graph.layout, after?.from);
      change({ ...next, layout: { ...next.layout, [made.id]: [x, y] } });
      select(made.id);
    },
    update: (changed) => change(replace(graph, changed), `step-${changed.id}`),
    remove: (ids) => {
      change(remove(graph, ids));
      if (step && ids.includes(step)) select(undefined);
    },
    duplicate: (id) => {
      const [next, copy] = duplicate(graph, id);
      change(next);
      select(copy);
    },
  };
}

/** A place below a step that nothing stands at, in steps of the grid. */
function beside(layout: Journey['draft']['layout'], from: string | undefined): [number, number] {
  const [x, y] = (from && layout[from]) || [
    0,
    Math.max(-148, ...Object.values(layout).map(([, low]) => low)),
  ];
  const taken = (left: number, top: number) =>
    Object.values(layout).some(([a, b]) => Math.abs(a - left) < 200 && Math.abs(b - top) < 84);
  let place: [number, number] = [x, y + 148];
  while (taken(...place)) place = [place[0] + 264, place[1]];
  return place;
}

function SaveState({ draft }: { draft: JourneyEditing }) {
  const { t } = useTranslation('journeys');
  const { state } = draft;
  if (state === 'failed') {
    return (
      <Button variant="subtle" color="red" size="compact-sm" onClick={() => void draft.flush()}>
        {t('save.again')}
      </Button>
    );
  }
  return (
    <Text size="xs" c="dimmed" role="status">
      {t(`save.${state}`)}
    </Text>
  );
}

interface ToolsProps {
  draft: JourneyEditing;
  editing: Editing;
  onArranged: () => void;
}

function Tools({ draft, editing, onArranged }: ToolsProps) {
  const { t } = useTranslation('journeys');
  const { view } = route.useSearch();
  const navigate = route.useNavigate();
  const phone = useMediaQuery(NOT_PHONE) === false;
  useShortcuts([
    { keys: 'mod+z', label: t('undo'), group: t('keys'), run: draft.undo },
    { keys: 'mod+shift+z', label: t('redo'), group: t('keys'), run: draft.redo },
  ]);
  const arrange = async () => {
    const { arranged } = await import('./layout');
    draft.change((now) => ({ ...now, layout: arranged(now) }));
    onArranged();
  };
  return (
    <div className={classes.tools}>
      {!phone && (
        <SegmentedControl
          aria-label={t('view')}
          value={view ?? 'canvas'}
          data={[
            { value: 'canvas', label: t('views.canvas') },
            { value: 'outline', label: t('views.outline') },
          ]}
          onChange={(next) =>
            void navigate({
              search: (old) => ({ ...old, view: next === 'outline' ? 'outline' : undefined }),
              replace: true,
            })
          }
        />
      )}
      {!editing.readOnly && (
        <>
          <Group gap={4}>
            <Tooltip label={t('undo')}>
              <ActionIcon
                variant="default"
                aria-label={t('undo')}
                disabled={!draft.canUndo}
                onClick={draft.undo}
              >
                <IconArrowBackUp size={16} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t('redo')}>
              <ActionIcon
                variant="default"
                aria-label={t('redo')}
                disabled={!draft.canRedo}
                onClick={draft.redo}
              >
                <IconArrowForwardUp size={16} />
              </ActionIcon>
            </Tooltip>
          </Group>
          {!phone && view !== 'outline' && (
            <Button
              variant="default"
              size="xs"
              leftSection={<IconSitemap size={16} />}
              onClick={() => void arrange()}
            >
              {t('arrange')}
            </Button>
          )}
          <SaveState draft={draft} />
        </>
      )}
      {phone && (
        <Text size="xs" c="dimmed">
          <IconListTree size={14} aria-hidden /> {t('phone')}
        </Text>
      )}
    </div>
  );
}

function Conflict({ draft }: { draft: JourneyEditing }) {
  const { t } = useTranslation('journeys');
  if (draft.state === 'failed') {
    return (
      <Alert color="red" title={t('save.failed')}>
        {draft.error?.message}
      </Alert>
    );
  }
  if (draft.state !== 'conflict') return null;
  return (
    <Alert color="yellow" title={t('conflict.title')}>
      <Stack gap="xs">
        <Text size="sm">{t('conflict.text')}</Text>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={draft.reload}>
            {t('conflict.theirs')}
          </Button>
          <Button size="xs" variant="default" onClick={draft.overwrite}>
            {t('conflict.mine')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

/** The builder: palette, canvas or outline, and the step that is open. */
export function Builder({
  journey,
  draft,
  readOnly,
}: {
  journey: Journey;
  draft: JourneyEditing;
  readOnly: boolean;
}) {
  const { t } = useTranslation('journeys');
  const { view } = route.useSearch();
  const wide = useMediaQuery(WIDE) ?? true;
  const phone = useMediaQuery(NOT_PHONE) === false;
  // On a phone a journey is looked at, not drawn.
  const [arranged, setArranged] = useState(0);
  const editing = useEditingValue(journey, draft, readOnly || phone, arranged);
  const { selected, select } = editing;
  const outlined = phone || view === 'outline';
  return (
    <EditingContext value={editing}>
      <div className={classes.page}>
        <Tools draft={draft} editing={editing} onArranged={() => setArranged(arranged + 1)} />
        <Conflict draft={draft} />
        <div
          className={classes.builder}
          data-inspecting={(selected && wide) || undefined}
          data-read-only={editing.readOnly || undefined}
        >
          {!editing.readOnly && <Palette />}
          <div className={classes.drawing}>
            {outlined ? (
              <Outline />
            ) : (
              <Suspense fallback={<LoadingLines lines={8} height={48} />}>
                <Canvas />
              </Suspense>
            )}
          </div>
          {selected && wide && <Inspector key={selected.id} step={selected} />}
        </div>
        {selected && !wide && (
          <Drawer
            opened
            onClose={() => select(undefined)}
            withCloseButton={false}
            size="md"
            title={t('inspector')}
          >
            <Inspector key={selected.id} step={selected} />
          </Drawer>
        )}
      </div>
    </EditingContext>
  );
}
