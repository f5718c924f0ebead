import { ActionIcon, Menu, Text } from '@mantine/core';
import { Handle, type Node, type NodeProps, Position, useUpdateNodeInternals } from '@xyflow/react';
import clsx from 'clsx';
import { memo, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { formatCompact } from '@/app/format';
import { IconAlertTriangle, IconDots, IconUsers } from '@/app/icons';
import classes from './canvas.module.css';
import { useEditing } from './editing';
import { type Port, portsOf, type Step } from './graph';
import { KINDS, portLabel, summary } from './kinds';
import { StepMenuItems } from './step-menu';

export type StepNodeData = {
  step: Step;
  ports: Port[];
  open: string[];
  problems: string[];
  waiting: number;
};
export type StepFlowNode = Node<StepNodeData, 'step'>;

/** Where a way out stands along the lower edge, in per cent. */
const place = (index: number, count: number): string => `${((index + 1) / (count + 1)) * 100}%`;

function WayOut({ step, port, at, open }: { step: Step; port: Port; at: string; open: boolean }) {
  const { t } = useTranslation('journeys');
  const { readOnly } = useEditing();
  const named = portsOf(step).length > 1;
  return (
    <>
      {named && (
        <span className={clsx(classes.port, port.free && classes.free)} style={{ left: at }}>
          {portLabel(step, port.key, t)}
        </span>
      )}
      <Handle
        type="source"
        id={port.key}
        position={Position.Bottom}
        style={{ left: at }}
        isConnectable={!readOnly}
        className={clsx(classes.handle, open && !port.free && classes.open)}
      />
    </>
  );
}

/** A step on the canvas: what it is, what it does, its ways out, who is there and what is wrong. */
export const StepNode = memo(function StepNode({ data, selected }: NodeProps<StepFlowNode>) {
  const { t } = useTranslation('journeys');
  const { names, readOnly } = useEditing();
  const { step, ports, open, problems, waiting } = data;
  const { icon: Icon, group } = KINDS[step.kind];
  const remeasure = useUpdateNodeInternals();
  const order = ports.map(({ key }) => key).join();
  // The canvas does not see for itself that ways out have changed places.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the order is what counts
  useEffect(() => remeasure(step.id), [order, remeasure, step.id]);
  const title = step.name || t(`kind.${step.kind}`);
  return (
    <div className={clsx(classes.step, selected && classes.selected)} data-group={group}>
      {step.kind !== 'trigger' && (
        <Handle type="target" position={Position.Top} className={classes.handle} />
      )}
      <span className={classes.icon}>
        <Icon size={16} aria-hidden />
      </span>
      <div className={classes.words}>
        <Text size="sm" fw={600} truncate title={title}>
          {title}
        </Text>
        <Text size="xs" c="dimmed" className={classes.summary}>
          {summary(step, names, t)}
        </Text>
      </div>
      <div className={classes.marks}>
        {problems.length > 0 && (
          <span
            className={classes.problem}
            role="img"
            aria-label={problems.join(' ')}
            title={problems.join('\n')}
          >
            <IconAlertTriangle size={16} aria-hidden />
          </span>
        )}
        {!readOnly && (
          <Menu position="bottom-start">
            <Menu.Target>
              <ActionIcon
                size={24}
                className="nodrag"
                aria-label={t('step.more', { name: title })}
                onClick={(event) => event.stopPropagation()}
              >
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <StepMenuItems step={step} />
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {waiting > 0 && (
        <span className={classes.waiting} title={t('step.waiting', { count: waiting })}>
          <IconUsers size={12} aria-hidden />
          {formatCompact(waiting)}
        </span>
      )}
      {ports.map((port, index) => (
        <WayOut
          key={port.key}
          step={step}
          port={port}
          at={place(index, ports.length)}
          open={open.includes(port.key)}
        />
      ))}
    </div>
  );
});
