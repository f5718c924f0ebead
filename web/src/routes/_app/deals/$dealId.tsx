import { createFileRoute, redirect } from '@tanstack/react-router';

/** The address of one deal opens it beside the board. */
export const Route = createFileRoute('/_app/deals/$dealId')({
  staticData: { permission: 'deals:read' },
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/deals', search: { deal: params.dealId }, replace: true });
  },
});
