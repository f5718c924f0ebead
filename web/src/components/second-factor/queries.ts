import { api, type Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { createPasskey } from './webauthn';

export type Factors = Schema<'FactorsRead'>;
export type Passkey = Schema<'PasskeyRead'>;
export type Proof = Omit<Schema<'StepUp'>, 'challenge'>;
export type Method = Proof['method'];

const FACTORS = '/api/v1/me/factors';

export const factorsQuery = () => apiQuery<Factors>(FACTORS);

/** What I have, who I am and where I am signed in may all have changed. */
const changed = () => invalidatePaths('/api/v1/me', '/api/v1/organisation/security');

export async function startTotp(): Promise<Schema<'TotpDraft'>> {
  const { data } = await api.POST('/api/v1/me/factors/totp');
  return data as Schema<'TotpDraft'>;
}

/** Takes the app into use; the recovery codes that come with a first second factor. */
export async function confirmTotp(code: string): Promise<string[]> {
  const { data } = await api.POST('/api/v1/me/factors/totp/confirm', { body: { code } });
  return data?.recovery_codes ?? [];
}

export async function removeTotp(): Promise<void> {
  await api.DELETE('/api/v1/me/factors/totp');
  await changed();
}

/** Makes a passkey in the browser and stores it; the recovery codes that come with a first second factor. */
export async function addPasskey(name: string): Promise<string[]> {
  const { data } = await api.POST('/api/v1/me/factors/passkeys/challenge');
  const { challenge, options } = data as Schema<'PasskeyChallenge'>;
  const credential = await createPasskey(options);
  const added = await api.POST('/api/v1/me/factors/passkeys', {
    body: { challenge, name, credential },
  });
  return added.data?.recovery_codes ?? [];
}

export async function renamePasskey(id: string, name: string): Promise<void> {
  const params = { path: { passkey_id: id } };
  await api.PATCH('/api/v1/me/factors/passkeys/{passkey_id}', { params, body: { name } });
  await changed();
}

export async function removePasskey(id: string): Promise<void> {
  const params = { path: { passkey_id: id } };
  await api.DELETE('/api/v1/me/factors/passkeys/{passkey_id}', { params });
  await changed();
}

export async function renewRecoveryCodes(): Promise<string[]> {
  const { data } = await api.POST('/api/v1/me/factors/recovery-codes');
  return data?.recovery_codes ?? [];
}

export { changed as factorsChanged };
