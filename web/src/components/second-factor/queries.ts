import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';

export type Factors = Schema<'FactorsRead'>;
export type Passkey = Schema<'PasskeyRead'>;
export type Proof = Omit<Schema<'StepUp'>, 'challenge'>;
export type Method = Proof['method'];

const FACTORS = '/api/v1/me/factors';

export const factorsQuery = () => apiQuery<Factors>(FACTORS);

/** What I have, who I am and where I am signed in may all have changed. */
const changed = () => invalidatePaths('/api/v1/me', '/api/v1/organisation/security');

/** The recovery codes that come with a first second factor; they are shown once. */
export const codesOf = (answer: { recovery_codes?: string[] | null }) =>
  answer.recovery_codes ?? [];

export async function startTotp(): Promise<Schema<'TotpDraft'>> {
  return request<Schema<'TotpDraft'>>('post', `${FACTORS}/totp`);
}

/** Takes the app into use; the recovery codes that come with a first second factor. */
export async function confirmTotp(code: string): Promise<string[]> {
  return codesOf(await request('post', `${FACTORS}/totp/confirm`, { body: { code } }));
}

export async function removeTotp(): Promise<void> {
  await request('delete', `${FACTORS}/totp`);
  await changed();
}

export async function renamePasskey(id: string, name: string): Promise<void> {
  await request('patch', `${FACTORS}/passkeys/${id}`, { body: { name } });
  await changed();
}

export async function removePasskey(id: string): Promise<void> {
  await request('delete', `${FACTORS}/passkeys/${id}`);
  await changed();
}

export async function renewRecoveryCodes(): Promise<string[]> {
  return codesOf(await request('post', `${FACTORS}/recovery-codes`));
}

export { changed as factorsChanged };
