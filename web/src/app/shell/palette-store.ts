import { createSpotlight } from '@mantine/spotlight';

const [store, actions] = createSpotlight();

export const paletteStore = store;

export function setPaletteOpen(open: boolean): void {
  if (open) actions.open();
  else actions.close();
}
