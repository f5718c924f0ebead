import { Button } from '@mantine/core';

/** Inside the toast that announces a new version. */
export function ReloadButton({ label, onReload }: { label: string; onReload: () => void }) {
  return (
    <Button size="xs" mt={8} onClick={onReload}>
      {label}
    </Button>
  );
}
