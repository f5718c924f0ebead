import { Loader } from '@mantine/core';
import { StillLoading, useReloadPage } from '.';
import { OutsideShell } from './outside-shell';

/** The app starts and does not know yet who is there. */
export function OutsideLoading() {
  const reload = useReloadPage();
  return (
    <OutsideShell>
      <div aria-busy="true">
        <Loader size="sm" my="lg" />
        <StillLoading onRetry={reload} />
      </div>
    </OutsideShell>
  );
}
