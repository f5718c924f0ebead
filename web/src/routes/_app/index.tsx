import { createFileRoute, redirect } from '@tanstack/react-router';
import { homePath } from '@/app/home';
import { meQuery } from '@/app/session';

export const Route = createFileRoute('/_app/')({
  beforeLoad: async ({ context }) => {
    const me = await context.queryClient.ensureQueryData(meQuery());
    throw redirect({ to: homePath(me, context.hasPage), replace: true });
  },
});
