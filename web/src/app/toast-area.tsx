import { closeTopmostOnEscape } from './topmost';

closeTopmostOnEscape();

/** Where messages show up: loaded after the first paint, because none is shown before it. */
export { Notifications as default } from '@mantine/notifications';
