import { ActionIcon, Badge, Menu, Text, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconAlertTriangle, IconDots, IconPlus } from '@/app/icons';
import classes from './builder.module.css';
import { useEditing } from './editing';
import { type OutlineLine, outline, portsOf } from './graph';
import { KINDS, portLabel, summary } from './kinds';
import { KindItems, StepMenuItems } from './step-menu';

function Way({ line }: { line: OutlineLine }) {
  const { t } = useTranslation('journeys');
  const { graph } = useEditing();
  const above = graph.nodes.find(({ id }) => id === line.from);
  if (!line.port || !above) return null;
  const ports = portsOf(above);
  const free = ports.some(({ key, free }) => free && key === line.port);
  // Where there is one way only, it needs no name.
  if (!free && ports.filter((port) => !port.free).length < 2) return null;
  return (
    <Badge color="gray" size="sm">
      {portLabel(above, line.port, t)}
    </Badge>
  );
}

function Line({ line }: { line: OutlineLine }) {
  const { t } = useTranslation('journeys');
  const { names, select, selected, add, readOnly, problems, counts } = useEditing();
  const { step, again, from, port } = line;
  if (again) {
    return (
      <>
        <Way line={line} />
        <UnstyledButton className={classes.again} onClick={() => select(again.id)}>
          {t('outline.again', { name: again.name || t(`kind.${again.kind}`) })}
        </UnstyledButton>
      </>
    );
  }
  if (!step) {
    return (
      <>
        <Way line={line} />
        {readOnly || !from ? (
          <Text size="sm" c="dimmed">
            {t('way.nowhere')}
          </Text>
        ) : (
          <Menu position="bottom-start">
            <Menu.Target>
              <UnstyledButton className={classes.again}>
                <IconPlus size={14} aria-hidden /> {t('outline.add')}
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
              <KindItems onPick={(kind) => add(kind, { from, port: port ?? 'next' })} />
            </Menu.Dropdown>
          </Menu>
        )}
      </>
    );
  }
  const { icon: Icon } = KINDS[step.kind];
  const wrong = problems.filter(({ node }) => node === step.id).map(({ message }) => message);
  const waiting = counts?.waiting.find(({ node }) => node === step.id)?.waiting ?? 0;
  const name = step.name || t(`kind.${step.kind}`);
  return (
    <>
      <Way line={line} />
      <UnstyledButton
        className={classes.line}
        aria-current={selected?.id === step.id || undefined}
        onClick={() => select(step.id)}
      >
        <Icon size={16} aria-hidden />
        <span className={classes.lineText}>
          <Text span size="sm" fw={600}>
            {name}
          </Text>{' '}
          <Text span size="sm" c="dimmed">
            {summary(step, names, t)}
          </Text>
        </span>
        {waiting > 0 && <Badge>{t('step.waiting', { count: waiting })}</Badge>}
        {wrong.length > 0 && (
          <span className={classes.problem} role="img" aria-label={wrong.join(' ')}>
            <IconAlertTriangle size={16} aria-hidden />
          </span>
        )}
      </UnstyledButton>
      {!readOnly && (
        <Menu>
          <Menu.Target>
            <ActionIcon aria-label={t('step.more', { name })}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <StepMenuItems step={step} />
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}

/** The journey as an indented list: all of it by keyboard, and on a phone. */
export function Outline() {
  const { t } = useTranslation('journeys');
  const { graph } = useEditing();
  return (
    <ol className={classes.outline} aria-label={t('outline.title')}>
      {outline(graph).map((line) => (
        <li
          key={line.key}
          className={classes.outlineLine}
          style={{ paddingInlineStart: `${line.depth * 24}px` }}
        >
          <Line line={line} />
        </li>
      ))}
    </ol>
  );
}
