import { Box, Group, Skeleton, Stack } from '@mantine/core';
import { LoadingLines, StillLoading, useReloadPage } from '.';

/** While the code or the first data of a page is on its way: header and frame at once. */
export function PageLoading() {
  const reload = useReloadPage();
  return (
    <Box p="lg" aria-busy="true">
      <Stack gap="lg">
        <Group justify="space-between">
          <Skeleton height={28} width={180} />
          <Skeleton height={36} width={120} />
        </Group>
        <LoadingLines lines={10} height={24} />
        <StillLoading onRetry={reload} />
      </Stack>
    </Box>
  );
}
