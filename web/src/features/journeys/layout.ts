import { graphlib, layout } from '@dagrejs/dagre';
import type { Graph } from './graph';

/** Size of a step on the canvas in pixels; the stylesheet says the same. */
export const STEP_WIDTH = 240;
export const STEP_HEIGHT = 84;
/** Between a step and the one below it. */
export const RANK_GAP = 64;

/** Places for all steps, from the entry downwards. */
export function arranged({ nodes, edges }: Graph): Graph['layout'] {
  const drawing = new graphlib.Graph({ multigraph: true });
  drawing.setGraph({ rankdir: 'TB', nodesep: 40, ranksep: RANK_GAP });
  for (const { id } of nodes) drawing.setNode(id, { width: STEP_WIDTH, height: STEP_HEIGHT });
  for (const { from, port, to } of edges) drawing.setEdge(from, to, {}, port);
  layout(drawing);
  return Object.fromEntries(
    nodes.map(({ id }) => {
      const { x, y } = drawing.node(id);
      return [id, [Math.round(x - STEP_WIDTH / 2), Math.round(y - STEP_HEIGHT / 2)]];
    }),
  );
}
