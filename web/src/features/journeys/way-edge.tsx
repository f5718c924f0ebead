import { ActionIcon, Menu } from '@mantine/core';
import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  getSmoothStepPath,
} from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import { formatCompact } from '@/app/format';
import { IconPlus } from '@/app/icons';
import classes from './canvas.module.css';
import { useEditing } from './editing';
import { RANK_GAP, STEP_HEIGHT } from './layout';
import { KindItems } from './step-menu';

export type WayFlowEdge = Edge<{ left: number; from: string; to: string }, 'way'>;

/** A way from one step to another: how many went it, and a place to put a step in between. */
export function WayEdge({
  id,
  source,
  sourceHandleId,
  selected,
  markerEnd,
  data,
  ...ends
}: EdgeProps<WayFlowEdge>) {
  const { t } = useTranslation('journeys');
  const { add, readOnly } = useEditing();
  // A way past other steps crosses over just before its end, not through them half way.
  const { sourceY, targetY } = ends;
  const far = targetY - sourceY > STEP_HEIGHT + RANK_GAP;
  const [path, x, y] = getSmoothStepPath({
    ...ends,
    borderRadius: 12,
    ...(far && { centerY: targetY - RANK_GAP / 2 }),
  });
  const left = data?.left ?? 0;
  return (
    <>
      <BaseEdge id={id} path={path} {...(markerEnd ? { markerEnd } : {})} />
      <EdgeLabelRenderer>
        <div
          className={classes.way}
          data-shown={selected || undefined}
          style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
        >
          {left > 0 && (
            <span className={classes.left} title={t('way.left', { count: left })}>
              {formatCompact(left)}
            </span>
          )}
          {!readOnly && (
            <Menu position="bottom" withinPortal>
              <Menu.Target>
                <ActionIcon
                  size={24}
                  radius="xl"
                  className={classes.insert}
                  aria-label={t('way.insert', { from: data?.from, to: data?.to })}
                >
                  <IconPlus size={14} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
                <KindItems
                  onPick={(kind) => add(kind, { from: source, port: sourceHandleId ?? 'next' })}
                />
              </Menu.Dropdown>
            </Menu>
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}
