import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { queryClient } from '@/api/query-client';

async function withNewSession(run: Promise<unknown>): Promise<void> {
  await run;
  // What is in memory belongs to nobody or to someone else.
  queryClient.clear();
}

export type FactorNeeded = Schema<'FactorNeeded'>;

/** What the first step gave: nothing more to do, or a second factor to ask for. */
async function opened(
  call: Promise<Schema<'SignedIn'> | FactorNeeded>,
): Promise<FactorNeeded | undefined> {
  const answer = await call;
  if ('challenge' in answer) return answer;
  queryClient.clear();
  return undefined;
}

export const signIn = (body: Schema<'LogIn'>) =>
  opened(request('post', '/api/v1/auth/login', { body }));

export const finishSignIn = (body: Schema<'SecondFactor'>) =>
  withNewSession(request('post', '/api/v1/auth/login/second-factor', { body }));

export async function startPasskeySignIn(): Promise<Schema<'PasskeyChallenge'>> {
  return request<Schema<'PasskeyChallenge'>>('post', '/api/v1/auth/passkey/challenge');
}

export const signInByPasskey = (body: Schema<'PasskeySignIn'>) =>
  withNewSession(request('post', '/api/v1/auth/passkey', { body }));

/** Creates user and organisation and signs in. */
export const signUp = (body: Schema<'SignUp'>) =>
  withNewSession(request('post', '/api/v1/auth/sign-up', { body }));

export const forgotPassword = (email: string) =>
  request('post', '/api/v1/auth/password/forgot', { body: { email } });

export const resetPassword = (body: Schema<'ResetPassword'>) =>
  request('post', '/api/v1/auth/password/reset', { body });

export const verifyEmail = (token: string) =>
  request('post', '/api/v1/auth/verify-email', { body: { token } });

export const acceptInvitation = (body: Schema<'AcceptInvitation'>) =>
  opened(request('post', '/api/v1/auth/invitations/accept', { body }));

export type InvitationOffer = Schema<'InvitationOffer'>;

/** What an invitation link offers. A POST, so that the token stays out of logs. */
export async function lookUpInvitation(token: string): Promise<InvitationOffer> {
  return request<InvitationOffer>('post', '/api/v1/auth/invitations/look-up', { body: { token } });
}

/** Where the browser must go for a sign-in through an identity provider. */
export async function startSingleSignOn(body: Schema<'SsoStart'>): Promise<Schema<'SsoStarted'>> {
  return request<Schema<'SsoStarted'>>('post', '/api/v1/auth/sso/start', { body });
}
