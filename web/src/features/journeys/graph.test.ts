import { expect, test } from 'vitest';
import { disconnect, duplicate, type Graph, insertAfter, outline, remove, replace } from './graph';
import { newStep } from './kinds';
import { arranged } from './layout';

const graph: Graph = {
  nodes: [
    newStep('n1', 'trigger'),
    newStep('n2', 'branch'),
    newStep('n3', 'send'),
    newStep('n4', 'exit'),
  ],
  edges: [
    { from: 'n1', port: 'next', to: 'n2' },
    { from: 'n2', port: 'yes', to: 'n3' },
    { from: 'n2', port: 'no', to: 'n4' },
    { from: 'n3', port: 'next', to: 'n4' },
  ],
  layout: { n1: [0, 0] },
  comments: [],
  settings: {},
};
const ways = ({ edges }: Graph) => edges.map(({ from, port, to }) => `${from}.${port}>${to}`);

test('a step put into a way leads on to where the way led', () => {
  const next = insertAfter(graph, 'n2', 'yes', newStep('n5', 'wait'));
  expect(ways(next)).toEqual(['n1.next>n2', 'n2.no>n4', 'n3.next>n4', 'n2.yes>n5', 'n5.next>n3']);
});

test('taking a step out leads what came to it to where its first way went', () => {
  expect(ways(remove(graph, ['n2']))).toEqual(['n1.next>n3', 'n3.next>n4']);
  expect(ways(remove(graph, ['n2', 'n3']))).toEqual(['n1.next>n4']);
});

test('ways that a changed step no longer has go with it', () => {
  const wait = { ...newStep('n2', 'wait') };
  expect(ways(replace(graph, wait))).toEqual(['n1.next>n2', 'n3.next>n4']);
});

test('a copy has an id of its own and no ways', () => {
  const [next, id] = duplicate(graph, 'n3');
  expect(id).toBe('n5');
  expect(next.nodes).toHaveLength(5);
  expect(ways(next)).toEqual(ways(graph));
});

test('the outline names each step once, open ends, and where ways meet again', () => {
  const lines = outline(disconnect(graph, 'n2', 'no')).map(
    ({ depth, port, step, again }) =>
      `${depth}${port ? ` ${port}` : ''} ${step?.id ?? (again ? `again ${again.id}` : 'open')}`,
  );
  expect(lines).toEqual(['0 n1', '0 next n2', '1 yes n3', '1 next n4', '1 no open']);
  const looped = {
    ...graph,
    edges: [...graph.edges.slice(0, 3), { from: 'n3', port: 'next', to: 'n2' }],
  };
  expect(outline(looped).find(({ again }) => again)?.again?.id).toBe('n2');
});

test('steps are arranged from the entry downwards, none on another', () => {
  const places = arranged(graph);
  const height = (id: string) => places[id]?.[1] ?? Number.NaN;
  expect(height('n1')).toBeLessThan(height('n2'));
  expect(height('n2')).toBeLessThan(height('n3'));
  expect(height('n3')).toBeLessThan(height('n4'));
});
