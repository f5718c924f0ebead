import type { Schema } from '@/api/api';

type Draft = Schema<'JourneyDraft'>;

export type Step = Required<Schema<'DraftStep'>>;
export type Kind = Step['kind'];
export type Edge = Required<Schema<'Edge'>>;
export type Comment = Required<Schema<'DraftComment'>>;

/** A draft as the server gives it: with all its parts. */
export interface Graph extends Omit<Required<Draft>, 'nodes' | 'edges' | 'layout' | 'comments'> {
  nodes: Step[];
  edges: Edge[];
  comments: Comment[];
  layout: Record<string, [number, number]>;
}

/** A way out of a step. One that is `free` may stay open. */
export interface Port {
  key: string;
  free?: boolean;
}

/** One way out of a split. */
export interface Variant {
  key: string;
  name: string;
  weight: number;
  holdout: boolean;
}

/** The ways out of a split, as far as they have been written down. */
export const variantsOf = ({ settings }: Step): Variant[] =>
  Array.isArray(settings.variants) ? (settings.variants as Variant[]) : [];

/** The ways out of a step, by the names that edges carry; an exit has none. */
export function portsOf(step: Step): Port[] {
  switch (step.kind) {
    case 'exit':
      return [];
    case 'goal':
      return [{ key: 'next', free: true }];
    case 'branch':
      return [{ key: 'yes' }, { key: 'no' }];
    case 'split':
      return variantsOf(step).map(({ key }) => ({ key }));
    case 'send':
      return [{ key: 'next' }, { key: 'blocked', free: true }];
    case 'score_wait':
      return [{ key: 'next' }, { key: 'timeout' }];
    case 'wait':
      return step.settings.until === 'event'
        ? [{ key: 'next' }, { key: 'timeout' }]
        : [{ key: 'next' }];
    default:
      return [{ key: 'next' }];
  }
}

const NAME = /^n(\d+)$/;

/** An id no step has yet. */
export function freshId({ nodes }: Pick<Graph, 'nodes'>): string {
  const taken = nodes.map(({ id }) => Number(NAME.exec(id)?.[1] ?? 0));
  return `n${Math.max(0, ...taken) + 1}`;
}

const sameWay = (edge: Edge, from: string, port: string) =>
  edge.from === from && edge.port === port;

/** Lead a way out of a step to another; what it led to before is no longer led to. */
export function connect<G extends Graph>(graph: G, from: string, port: string, to: string): G {
  const edges = graph.edges.filter((edge) => !sameWay(edge, from, port));
  return { ...graph, edges: [...edges, { from, port, to }] };
}

/** Take a connection away. */
export function disconnect<G extends Graph>(graph: G, from: string, port: string): G {
  return { ...graph, edges: graph.edges.filter((edge) => !sameWay(edge, from, port)) };
}

/** Put a step at the end of a way out, in front of what was there. */
export function insertAfter<G extends Graph>(graph: G, from: string, port: string, step: Step): G {
  const before = graph.edges.find((edge) => sameWay(edge, from, port));
  const added = connect({ ...graph, nodes: [...graph.nodes, step] }, from, port, step.id);
  const onward = portsOf(step)[0]?.key;
  return before && onward ? connect(added, step.id, onward, before.to) : added;
}

function without<G extends Graph>(graph: G, step: Step): G {
  const { id } = step;
  const first = portsOf(step)[0]?.key;
  const onward = graph.edges.find((edge) => edge.from === id && edge.port === first)?.to;
  const edges = graph.edges
    .filter((edge) => edge.from !== id)
    .flatMap((edge) => {
      if (edge.to !== id) return [edge];
      return onward && onward !== id && onward !== edge.from ? [{ ...edge, to: onward }] : [];
    });
  const layout = Object.fromEntries(Object.entries(graph.layout).filter(([key]) => key !== id));
  return { ...graph, nodes: graph.nodes.filter((one) => one.id !== id), edges, layout };
}

/** Take steps out. What led to one leads to where its first way out led. */
export function remove<G extends Graph>(graph: G, ids: readonly string[]): G {
  let left = graph;
  for (const id of ids) {
    const step = left.nodes.find((one) => one.id === id);
    if (step) left = without(left, step);
  }
  return left;
}

/** Put a changed step in its place; ways out that it no longer has go with it. */
export function replace<G extends Graph>(graph: G, step: Step): G {
  const ports = new Set(portsOf(step).map(({ key }) => key));
  return {
    ...graph,
    nodes: graph.nodes.map((one) => (one.id === step.id ? step : one)),
    edges: graph.edges.filter((edge) => edge.from !== step.id || ports.has(edge.port)),
  };
}

/** A copy of a step, not yet connected, a little beside it. */
export function duplicate<G extends Graph>(graph: G, id: string): [G, string] {
  const step = graph.nodes.find((one) => one.id === id);
  if (!step || step.kind === 'trigger') return [graph, id];
  const copy = { ...structuredClone(step), id: freshId(graph) };
  const [x, y] = graph.layout[id] ?? [0, 0];
  const layout = { ...graph.layout, [copy.id]: [x + 40, y + 40] as [number, number] };
  return [{ ...graph, nodes: [...graph.nodes, copy], layout }, copy.id];
}

/** A line of the outline: a step under the way that leads to it, or a way that leads back or nowhere. */
export interface OutlineLine {
  key: string;
  depth: number;
  /** The way out of the step above that leads here. */
  port?: string;
  step?: Step;
  /** A step that stands further up already. */
  again?: Step;
  /** Where a step can be put: the step above and its way out. */
  from?: string;
}

/** The graph as an indented list, in the order people go through it; steps nothing leads to come last. */
export function outline(graph: Graph): OutlineLine[] {
  const steps = new Map(graph.nodes.map((step) => [step.id, step]));
  const seen = new Set<string>();
  const lines: OutlineLine[] = [];
  const visit = (id: string, depth: number, from?: string, port?: string): void => {
    const step = steps.get(id);
    if (!step) return;
    const key = `${from ?? ''}-${port ?? ''}-${id}`;
    if (seen.has(id)) {
      lines.push({ key, depth, port, again: step, from });
      return;
    }
    seen.add(id);
    lines.push({ key, depth, port, step, from });
    const ports = portsOf(step);
    const several = ports.filter(({ free }) => !free).length > 1;
    for (const { key: way, free } of ports) {
      const to = graph.edges.find((edge) => sameWay(edge, id, way))?.to;
      // A free way is a side road: what follows it stands further in, too.
      const inner = several || free ? depth + 1 : depth;
      if (to) visit(to, inner, id, way);
      else if (!free) lines.push({ key: `${id}-${way}`, depth: inner, port: way, from: id });
    }
  };
  const led = new Set(graph.edges.map((edge) => edge.to));
  for (const step of graph.nodes) if (step.kind === 'trigger') visit(step.id, 0);
  for (const step of graph.nodes) if (!led.has(step.id) && !seen.has(step.id)) visit(step.id, 0);
  for (const step of graph.nodes) if (!seen.has(step.id)) visit(step.id, 0);
  return lines;
}

/** A graph with an empty note at a place. */
export function annotate<G extends Graph>(graph: G, [x, y]: [number, number]): G {
  const id = `c${Date.now().toString(36)}`;
  const note: Comment = {
    id,
    text: '',
    node: null,
    x,
    y,
    author_id: null,
    author_name: '',
    at: null,
  };
  return { ...graph, comments: [...graph.comments, note] };
}
