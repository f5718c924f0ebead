import '@xyflow/react/dist/base.css';
import { useComputedColorScheme } from '@mantine/core';
import {
  applyNodeChanges,
  Background,
  type Connection,
  Controls,
  getViewportForBounds,
  MarkerType,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useNodesInitialized,
  useReactFlow,
  useStoreApi,
} from '@xyflow/react';
import { type DragEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './canvas.module.css';
import { type CommentFlowNode, CommentNode } from './comment-node';
import { useEditing } from './editing';
import {
  annotate,
  connect,
  disconnect,
  type Graph,
  type Kind,
  type Port,
  portsOf,
  type Step,
} from './graph';
import { KINDS, portLabel } from './kinds';
import { arranged, STEP_HEIGHT, STEP_WIDTH } from './layout';
import { KIND_TYPE } from './palette';
import { type StepFlowNode, StepNode } from './step-node';
import { WayEdge, type WayFlowEdge } from './way-edge';

type CanvasNode = StepFlowNode | CommentFlowNode;

const NODES = { step: StepNode, comment: CommentNode };
const EDGES = { way: WayEdge };
const NOTE = 'note:';
const FIT = { maxZoom: 1, padding: 0.15 };
/** Smaller than this, steps cannot be read. */
const READABLE = 0.6;

/** Ways out from left to right as what they lead to stands, so that they do not cross. */
function acrossFrom(graph: Graph, places: Graph['layout'], step: Step): Port[] {
  const ports = portsOf(step);
  const left = ({ key }: Port, index: number): number => {
    const to = graph.edges.find(({ from, port }) => from === step.id && port === key)?.to;
    const there = to === undefined ? undefined : places[to];
    return there?.[0] ?? (places[step.id]?.[0] ?? 0) + index;
  };
  const lefts = new Map(ports.map((port, index) => [port, left(port, index)]));
  const leftOf = (port: Port) => lefts.get(port) ?? 0;
  // Free ways lead aside.
  return ports.sort(
    (one, other) =>
      Number(one.free ?? false) - Number(other.free ?? false) || leftOf(one) - leftOf(other),
  );
}

/** The graph as the canvas wants it; what it has measured of a step is kept. */
function useCanvasNodes(fallback: Graph['layout']): CanvasNode[] {
  const { graph, counts, problems, selected } = useEditing();
  return useMemo(() => {
    const led = new Set(graph.edges.map(({ from, port }) => `${from} ${port}`));
    const places = { ...fallback, ...graph.layout };
    const steps = graph.nodes.map((step): StepFlowNode => {
      const [x, y] = places[step.id] ?? [0, 0];
      return {
        id: step.id,
        type: 'step',
        position: { x, y },
        selected: selected?.id === step.id,
        ariaLabel: step.name || step.kind,
        data: {
          step,
          ports: acrossFrom(graph, places, step),
          open: portsOf(step)
            .map(({ key }) => key)
            .filter((key) => !led.has(`${step.id} ${key}`)),
          problems: problems.filter(({ node }) => node === step.id).map(({ message }) => message),
          waiting: counts?.waiting.find(({ node }) => node === step.id)?.waiting ?? 0,
        },
      };
    });
    const notes = graph.comments.map(
      (comment): CommentFlowNode => ({
        id: NOTE + comment.id,
        type: 'comment',
        position: { x: comment.x, y: comment.y },
        data: { comment },
      }),
    );
    return [...steps, ...notes];
  }, [graph, counts, problems, selected, fallback]);
}

function useCanvasEdges(): WayFlowEdge[] {
  const { t } = useTranslation('journeys');
  const { graph, counts } = useEditing();
  return useMemo(() => {
    const steps = new Map(graph.nodes.map((step) => [step.id, step]));
    const nameOf = (id: string) => {
      const step = steps.get(id);
      return step ? step.name || t(`kind.${step.kind}`) : id;
    };
    const wayOut = (id: string, port: string) => {
      const step = steps.get(id);
      return step && portsOf(step).filter(({ free }) => !free).length > 1
        ? `${nameOf(id)}: ${portLabel(step, port, t)}`
        : nameOf(id);
    };
    return graph.edges.map(({ from, port, to }) => ({
      id: `${from}-${port}`,
      type: 'way',
      source: from,
      sourceHandle: port,
      target: to,
      markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
      data: {
        from: wayOut(from, port),
        to: nameOf(to),
        left: counts?.left.find((one) => one.node === from && one.port === port)?.people ?? 0,
      },
    }));
  }, [graph, counts, t]);
}

/** The graph with steps and notes where they were dragged to. */
function moved(graph: Graph, nodes: readonly CanvasNode[]): Graph {
  const layout = { ...graph.layout };
  let { comments } = graph;
  for (const { id, position } of nodes) {
    const x = Math.round(position.x);
    const y = Math.round(position.y);
    if (id.startsWith(NOTE)) {
      comments = comments.map((one) => (NOTE + one.id === id ? { ...one, x, y } : one));
    } else layout[id] = [x, y];
  }
  return { ...graph, layout, comments };
}

/** Shows the whole journey once its steps are measured; one too long to be read begins at its top. */
function useBeginning(wanted: boolean) {
  const { getNodes, getNodesBounds, setViewport } = useReactFlow();
  const store = useStoreApi();
  const measured = useNodesInitialized();
  const shown = useRef(!wanted);
  useEffect(() => {
    // Not by the canvas itself: it fits what it measured first, which may be a single step.
    if (!measured || shown.current) return;
    shown.current = true;
    const { width, height } = store.getState();
    const bounds = getNodesBounds(getNodes());
    const whole = getViewportForBounds(bounds, width, height, 0.2, FIT.maxZoom, FIT.padding);
    const zoom = Math.max(whole.zoom, READABLE);
    void setViewport({
      zoom,
      x: width / 2 - (bounds.x + bounds.width / 2) * zoom,
      y: zoom > whole.zoom ? 24 - bounds.y * zoom : whole.y,
    });
  }, [measured, store, getNodes, getNodesBounds, setViewport]);
}

function Drawing() {
  const { t } = useTranslation('journeys');
  const editing = useEditing();
  const { graph, readOnly, change, select, add, remove, arranged: times } = editing;
  const scheme = useComputedColorScheme('light');
  const { screenToFlowPosition, fitView } = useReactFlow();
  const lacking = graph.nodes.some(({ id }) => !graph.layout[id]);
  const fallback = useMemo(() => (lacking ? arranged(graph) : {}), [lacking, graph]);
  // An empty canvas stays where it is when the first step comes.
  const [begun] = useState(graph.nodes.length > 0);
  useBeginning(begun);
  const wanted = useCanvasNodes(fallback);
  const edges = useCanvasEdges();
  const [nodes, setNodes] = useState<CanvasNode[]>(wanted);
  useEffect(() => {
    setNodes((old) => {
      const before = new Map(old.map((node) => [node.id, node]));
      return wanted.map((node) => {
        const { measured } = before.get(node.id) ?? {};
        return measured ? ({ ...node, measured } as CanvasNode) : node;
      });
    });
  }, [wanted]);

  useEffect(() => {
    // Once the steps stand at their new places.
    if (times > 0) requestAnimationFrame(() => void fitView(FIT));
  }, [times, fitView]);

  const onNodesChange = (changes: NodeChange<CanvasNode>[]) => {
    const next = applyNodeChanges(changes, nodes);
    setNodes(next);
    const chosen = changes.find((one) => one.type === 'select' && one.selected);
    if (chosen && 'id' in chosen && !chosen.id.startsWith(NOTE)) select(chosen.id);
    const placed = changes.filter((one) => one.type === 'position' && !one.dragging);
    if (placed.length > 0 && !readOnly) {
      const ids = new Set(placed.map((one) => ('id' in one ? one.id : '')));
      const settled = next.filter(({ id }) => ids.has(id));
      change(moved(graph, settled), `move-${[...ids].join()}`);
    }
  };
  const onConnect = ({ source, sourceHandle, target }: Connection) => {
    if (source !== target) change(connect(graph, source, sourceHandle ?? 'next', target));
  };
  const onDrop = (event: DragEvent) => {
    const kind = event.dataTransfer.getData(KIND_TYPE) as Kind | 'comment';
    if (!kind || readOnly) return;
    event.preventDefault();
    const { x, y } = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const at: [number, number] = [Math.round(x - STEP_WIDTH / 2), Math.round(y - STEP_HEIGHT / 2)];
    if (kind === 'comment') return change(annotate(graph, at));
    if (!(kind in KINDS)) return;
    // Dropped on a way: the step goes in between.
    const under = document
      .elementsFromPoint(event.clientX, event.clientY)
      .map((one) => one.closest('.react-flow__edge')?.getAttribute('data-id'))
      .find(Boolean);
    const way = graph.edges.find(({ from, port }) => `${from}-${port}` === under);
    add(kind, way && kind !== 'trigger' ? way : undefined, at);
  };
  return (
    <ReactFlow<CanvasNode, WayFlowEdge>
      nodes={nodes}
      edges={edges}
      nodeTypes={NODES}
      edgeTypes={EDGES}
      colorMode={scheme}
      nodesDraggable={!readOnly}
      nodesConnectable={!readOnly}
      deleteKeyCode={readOnly ? null : ['Delete', 'Backspace']}
      onNodesChange={onNodesChange}
      onConnect={onConnect}
      onBeforeDelete={async ({ nodes: gone, edges: cut }) => {
        // The graph is ours: what the canvas would take away, we do.
        const steps = gone.filter(({ type }) => type === 'step').map(({ id }) => id);
        if (steps.length > 0) remove(steps);
        else {
          change(
            cut.reduce<Graph>(
              (left, { source, sourceHandle }) => disconnect(left, source, sourceHandle ?? 'next'),
              graph,
            ),
          );
        }
        return false;
      }}
      onNodeClick={(_, { id, type }) => type === 'step' && select(id)}
      onPaneClick={() => select(undefined)}
      onDragOver={(event) => {
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDrop={onDrop}
      fitViewOptions={FIT}
      minZoom={0.2}
      maxZoom={1.5}
      snapToGrid
      snapGrid={[8, 8]}
      aria-label={t('canvas')}
    >
      <Background gap={24} />
      <Controls showInteractive={false} />
    </ReactFlow>
  );
}

/** The journey as a drawing: drag steps, draw ways, drop new steps from the palette. */
export default function Canvas() {
  return (
    <div className={classes.canvas}>
      <ReactFlowProvider>
        <Drawing />
      </ReactFlowProvider>
    </div>
  );
}
