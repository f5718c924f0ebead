import { OutsideShell } from './outside-shell';
import { PageFailure } from './page-failure';

/** The app could not start: no connection, or the server failed. */
export function OutsideFailure(props: { error: unknown; reset: () => void }) {
  return (
    <OutsideShell>
      <PageFailure {...props} />
    </OutsideShell>
  );
}
