/** An OpenAPI document, as far as the reference looks into it. */
export type OpenApi = {
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
};
type Operation = { tags?: string[]; operationId?: string; summary?: string };
type Listed = { method: string; path: string; summary: string; id: string };

/** The operations of a group, in the order of the document. */
export function operationsOf(document_: OpenApi, tag: string): Listed[] {
  return Object.entries(document_.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags?.includes(tag))
      .map(([method, operation]) => ({
        method,
        path,
        summary: operation.summary ?? '',
        id: operation.operationId ?? '',
      })),
  );
}

/** The document of one group alone with the components it reaches: drawn at once, where the whole takes seconds. */
export function documentOf(document_: OpenApi, tag: string): OpenApi {
  const paths: OpenApi['paths'] = {};
  for (const [path, methods] of Object.entries(document_.paths)) {
    const own = Object.entries(methods).filter(([, operation]) => operation.tags?.includes(tag));
    if (own.length > 0) paths[path] = Object.fromEntries(own);
  }
  const { securitySchemes = {} } = document_.components;
  const components: OpenApi['components'] = { securitySchemes };
  const reach = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, part] of Object.entries(value)) {
      if (key !== '$ref' || typeof part !== 'string') {
        reach(part);
        continue;
      }
      const [, , kind = '', name = ''] = part.split('/');
      const known = components[kind] ?? {};
      if (name in known) continue;
      components[kind] = { ...known, [name]: document_.components[kind]?.[name] };
      reach(components[kind][name]);
    }
  };
  reach(paths);
  return {
    ...document_,
    tags: document_.tags.filter(({ name }) => name === tag),
    paths,
    components,
  };
}
