import { api, type Schema } from '@/api/api';
import { queryClient } from '@/api/query-client';

async function withNewSession(run: Promise<unknown>): Promise<void> {
  await run;
  // What is in memory belongs to nobody or to someone else.
  queryClient.clear();
}

export const signIn = (body: Schema<'LogIn'>) =>
  withNewSession(api.POST('/api/v1/auth/login', { body }));

/** Creates user and organisation and signs in. */
export const signUp = (body: Schema<'SignUp'>) =>
  withNewSession(api.POST('/api/v1/auth/sign-up', { body }));

export const forgotPassword = (email: string) =>
  api.POST('/api/v1/auth/password/forgot', { body: { email } });

export const resetPassword = (body: Schema<'ResetPassword'>) =>
  api.POST('/api/v1/auth/password/reset', { body });

export const verifyEmail = (token: string) =>
  api.POST('/api/v1/auth/verify-email', { body: { token } });

export const acceptInvitation = (body: Schema<'AcceptInvitation'>) =>
  withNewSession(api.POST('/api/v1/auth/invitations/accept', { body }));

export type InvitationOffer = Schema<'InvitationOffer'>;

/** What an invitation link offers. A POST, so that the token stays out of logs. */
export async function lookUpInvitation(token: string): Promise<InvitationOffer> {
  const { data } = await api.POST('/api/v1/auth/invitations/look-up', { body: { token } });
  return data as InvitationOffer;
}
