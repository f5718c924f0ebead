import type { components } from './schema';

/** A shape of the server by its name: `Schema<'LeadRead'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];
