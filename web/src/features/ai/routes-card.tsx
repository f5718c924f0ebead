import { ActionIcon, Button, Group, Select, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconArrowDown, IconArrowUp, IconGripVertical, IconX } from '@/app/icons';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError } from '@/components/toasts';
import classes from './ai.module.css';
import { placed } from './order';
import { changeAi, type Model, type Route, routesQuery, TASKS, type Task } from './queries';

interface ChainProps {
  task: Task | null;
  route: Route | undefined;
  models: readonly Model[];
  mayWrite: boolean;
}

/** The models of one task in the order in which they are asked. */
function Chain({ task, route, models, mayWrite }: ChainProps) {
  const { t } = useTranslation('ai');
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const [told, setTold] = useState('');
  const steps = route?.steps ?? [];
  const name = task ? t(`task.${task}`) : t('routes.everything');
  const free = models.filter(({ id }) => steps.every(({ model_id }) => model_id !== id));
  const save = async (ids: readonly string[]) => {
    const known = new Map(steps.map((step) => [step.model_id, step]));
    try {
      if (ids.length === 0 && route) {
        await changeAi('delete', `/routes/${route.id}`, { version: route.version });
        return;
      }
      await changeAi('put', '/routes', {
        body: {
          capability: 'text',
          task,
          steps: ids.map((id) => ({
            model_id: id,
            timeout_seconds: known.get(id)?.timeout_seconds ?? 60,
            first_token_seconds: known.get(id)?.first_token_seconds ?? 20,
          })),
        },
        ...(route ? { version: route.version } : {}),
      });
    } catch (reason) {
      toastError(t('routes.notSaved', { name }), reason);
    }
  };
  const ids = steps.map(({ model_id }) => model_id);
  const move = (from: number, to: number) => {
    setTold(t('routes.moved', { name: steps[from]?.model, place: to + 1 }));
    void save(placed(ids, from, to));
  };
  const drag = (index: number) => ({
    draggable: mayWrite,
    onDragStart: (event: DragEvent) => {
      event.dataTransfer.effectAllowed = 'move';
      setDragged(index);
    },
    onDragOver: (event: DragEvent) => {
      if (dragged === undefined) return;
      event.preventDefault();
      setOver(index);
    },
    onDragEnd: () => {
      setDragged(undefined);
      setOver(undefined);
    },
    onDrop: () => {
      if (dragged !== undefined && dragged !== index) move(dragged, index);
      setOver(undefined);
    },
  });
  return (
    <Stack component="section" gap={4} aria-label={name}>
      <Title order={3} fz="sm">
        {name}
      </Title>
      {steps.length === 0 && (
        <Text size="sm" c="dimmed">
          {t(task ? 'routes.inherits' : 'routes.asAdded')}
        </Text>
      )}
      <ol className={classes.list}>
        {steps.map((step, index) => (
          <li
            key={step.model_id}
            className={classes.row}
            data-over={over === index || undefined}
            {...drag(index)}
          >
            <Group gap="xs" wrap="nowrap" className={classes.grow}>
              {mayWrite && <IconGripVertical size={16} className={classes.grip} aria-hidden />}
              <Text size="sm" className={classes.breakable}>
                {`${index + 1}. ${step.model}`}
                <Text span size="xs" c="dimmed">
                  {` · ${step.connection_label}${step.usable ? '' : ` · ${t('off')}`}`}
                </Text>
              </Text>
            </Group>
            {mayWrite && (
              <Group gap={0} wrap="nowrap">
                <ActionIcon
                  aria-label={t('routes.up', { name: step.model })}
                  disabled={index === 0}
                  onClick={() => move(index, index - 1)}
                >
                  <IconArrowUp size={16} />
                </ActionIcon>
                <ActionIcon
                  aria-label={t('routes.down', { name: step.model })}
                  disabled={index === steps.length - 1}
                  onClick={() => move(index, index + 1)}
                >
                  <IconArrowDown size={16} />
                </ActionIcon>
                <ActionIcon
                  aria-label={t('routes.drop', { name: step.model })}
                  onClick={() => void save(ids.filter((id) => id !== step.model_id))}
                >
                  <IconX size={16} />
                </ActionIcon>
              </Group>
            )}
          </li>
        ))}
      </ol>
      {mayWrite && free.length > 0 && steps.length < 6 && (
        <Select
          size="xs"
          aria-label={t('routes.addTo', { name })}
          placeholder={t(steps.length === 0 ? 'routes.choose' : 'routes.add')}
          data={free.map(({ id, name: model, connection_label }) => ({
            value: id,
            label: `${model} (${connection_label})`,
          }))}
          value={null}
          onChange={(id) => id && void save([...ids, id])}
          maw={320}
        />
      )}
      <span className="tw-hidden" role="status">
        {told}
      </span>
    </Stack>
  );
}

/** Which language models are asked for which task, and which take over when one fails. */
export function RoutesCard({ models, mayWrite }: { models: readonly Model[]; mayWrite: boolean }) {
  const { t } = useTranslation('ai');
  const { data, error, refetch } = useQuery(routesQuery());
  const [all, setAll] = useState(false);
  const text = models.filter(({ capability }) => capability === 'text');
  const own = (data ?? []).filter((route) => route.capability === 'text' && !route.character_id);
  const routeOf = (task: Task | null) => own.find((route) => route.task === task);
  const shown = TASKS.filter((task) => all || routeOf(task));
  return (
    <SettingsCard title={t('routes.title')} description={t('routes.text')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines />}
      {data && (
        <>
          <Chain task={null} route={routeOf(null)} models={text} mayWrite={mayWrite} />
          {shown.map((task) => (
            <Chain key={task} task={task} route={routeOf(task)} models={text} mayWrite={mayWrite} />
          ))}
          {shown.length < TASKS.length && (
            <Group>
              <Button variant="subtle" size="xs" onClick={() => setAll(true)}>
                {t('routes.perTask')}
              </Button>
            </Group>
          )}
        </>
      )}
    </SettingsCard>
  );
}
