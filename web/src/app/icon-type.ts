import type { FunctionComponent } from 'react';

/** Any icon of `app/icons`. */
export type Icon = FunctionComponent<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>;
