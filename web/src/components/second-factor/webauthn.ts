/** Options and answers of passkeys as the server writes and reads them: WebAuthn's JSON, bytes as base64url. */
export type PasskeyOptions = { [key: string]: unknown };

interface Descriptor {
  id: string;
  type: 'public-key';
  transports?: AuthenticatorTransport[];
}

interface CreationJson {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: Descriptor[];
  [key: string]: unknown;
}

interface RequestJson {
  challenge: string;
  allowCredentials?: Descriptor[];
  [key: string]: unknown;
}

export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function toText(data: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(data));
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** Whether this browser can use passkeys on this page at all (a secure address is needed). */
export const canUsePasskeys = (): boolean =>
  typeof window.PublicKeyCredential === 'function' && Boolean(navigator.credentials);

/** Whether the person closed the browser's window or let it time out: nothing to complain about. */
export const wasCancelled = (reason: unknown): boolean =>
  reason instanceof DOMException && ['NotAllowedError', 'AbortError'].includes(reason.name);

const descriptors = (list: Descriptor[] | undefined) =>
  (list ?? []).map((item) => ({ ...item, id: toBytes(item.id) }));

/** Makes a passkey; the answer as JSON for the server. */
export async function createPasskey(options: PasskeyOptions) {
  const json = options as unknown as CreationJson;
  const made = (await navigator.credentials.create({
    publicKey: {
      ...json,
      challenge: toBytes(json.challenge),
      user: { ...json.user, id: toBytes(json.user.id) },
      excludeCredentials: descriptors(json.excludeCredentials),
    } as unknown as PublicKeyCredentialCreationOptions,
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id,
    rawId: toText(made.rawId),
    type: 'public-key' as const,
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

/** Lets a passkey sign the challenge; with `conditional` the browser offers it in the e-mail field's list. */
export async function signWithPasskey(
  options: PasskeyOptions,
  { conditional = false, signal }: { conditional?: boolean; signal?: AbortSignal } = {},
) {
  const json = options as unknown as RequestJson;
  const found = (await navigator.credentials.get({
    publicKey: {
      ...json,
      challenge: toBytes(json.challenge),
      allowCredentials: descriptors(json.allowCredentials),
    } as unknown as PublicKeyCredentialRequestOptions,
    ...(conditional ? { mediation: 'conditional' as const } : {}),
    ...(signal ? { signal } : {}),
  })) as PublicKeyCredential;
  const response = found.response as AuthenticatorAssertionResponse;
  return {
    id: found.id,
    rawId: toText(found.rawId),
    type: 'public-key' as const,
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      ...(response.userHandle ? { userHandle: toText(response.userHandle) } : {}),
    },
  };
}

/** Whether the browser can offer passkeys in the list of a text field. */
export async function offersPasskeysInFields(): Promise<boolean> {
  return (
    canUsePasskeys() &&
    Boolean(await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false))
  );
}
