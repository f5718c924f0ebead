import { createFileRoute, redirect } from '@tanstack/react-router';
import { ApiError } from '@/api/errors';
import { cookie } from '@/api/transport';
import { loadTexts } from '@/app/i18n';
import { meQuery } from '@/app/session';
import { ConsentPage } from '@/features/assistants/consent-page';

export const Route = createFileRoute('/_auth/oauth/authorize')({
  beforeLoad: async ({ context }) => {
    // The address as the program wrote it: the router's own form of it would change numbers.
    const next = window.location.pathname + window.location.search;
    const login = () => redirect({ to: '/login', search: { next }, replace: true });
    if (!cookie('tw_csrf')) throw login();
    const me = await context.queryClient.ensureQueryData(meQuery()).catch((reason: unknown) => {
      if (!(reason instanceof ApiError) || reason.status !== 401) throw reason;
      throw login();
    });
    if (me.must_add_second_factor) {
      throw redirect({ to: '/secure-account', search: { next }, replace: true });
    }
  },
  loader: () => loadTexts('assistants'),
  component: ConsentPage,
});
