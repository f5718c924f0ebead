import { api, type Schema } from '@/api/api';
import { queryClient } from '@/api/query-client';

async function withNewSession(run: Promise<unknown>): Promise<void> {
  await run;
  // What is in memory belongs to nobody or to someone else.
  queryClient.clear();
}

export type FactorNeeded = Schema<'FactorNeeded'>;

/** What the first step gave: nothing more to do, or a second factor to ask for. */
async function opened(
  answer: Promise<{ data?: Schema<'SignedIn'> | FactorNeeded }>,
): Promise<FactorNeeded | undefined> {
  const { data } = await answer;
  if (data && 'challenge' in data) return data;
  queryClient.clear();
  return undefined;
}

export const signIn = (body: Schema<'LogIn'>) => opened(api.POST('/api/v1/auth/login', { body }));

export const finishSignIn = (body: Schema<'SecondFactor'>) =>
  withNewSession(api.POST('/api/v1/auth/login/second-factor', { body }));

export async function startPasskeySignIn(): Promise<Schema<'PasskeyChallenge'>> {
  const { data } = await api.POST('/api/v1/auth/passkey/challenge');
  return data as Schema<'PasskeyChallenge'>;
}

export const signInByPasskey = (body: Schema<'PasskeySignIn'>) =>
  withNewSession(api.POST('/api/v1/auth/passkey', { body }));

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
  opened(api.POST('/api/v1/auth/invitations/accept', { body }));

export type InvitationOffer = Schema<'InvitationOffer'>;

/** What an invitation link offers. A POST, so that the token stays out of logs. */
export async function lookUpInvitation(token: string): Promise<InvitationOffer> {
  const { data } = await api.POST('/api/v1/auth/invitations/look-up', { body: { token } });
  return data as InvitationOffer;
}

/** Where the browser must go for a sign-in through an identity provider. */
export async function startSingleSignOn(body: Schema<'SsoStart'>): Promise<Schema<'SsoStarted'>> {
  const { data } = await api.POST('/api/v1/auth/sso/start', { body });
  return data as Schema<'SsoStarted'>;
}
