import { createFileRoute, redirect } from '@tanstack/react-router';
import { ApiError } from '@/api/errors';
import { cookie } from '@/api/transport';
import { meQuery } from '@/app/session';
import { Shell } from '@/app/shell/shell';
import { OutsideFailure } from '@/components/page-states/outside-failure';
import { OutsideLoading } from '@/components/page-states/outside-loading';

export const Route = createFileRoute('/_app')({
  beforeLoad: async ({ context, location }) => {
    const login = () =>
      redirect({
        to: '/login',
        search: location.href === '/' ? {} : { next: location.href },
        replace: true,
      });
    // The readable cookie lives as long as the session; without it there is no need to ask.
    if (!cookie('tw_csrf')) throw login();
    const me = await context.queryClient.ensureQueryData(meQuery()).catch((reason: unknown) => {
      if (!(reason instanceof ApiError) || reason.status !== 401) throw reason;
      throw login();
    });
    if (me.must_add_second_factor) {
      throw redirect({ to: '/secure-account', search: { next: location.href }, replace: true });
    }
  },
  component: Shell,
  pendingComponent: OutsideLoading,
  errorComponent: OutsideFailure,
});
