import type { ConnectionRequest } from './queries';

const NAMES = [
  'client_id',
  'redirect_uri',
  'response_type',
  'code_challenge',
  'code_challenge_method',
  'scope',
  'state',
  'resource',
] as const;

/** The parameters of a program's link, exactly as they stand in the address: the router would turn "1" into 1. */
export function connectionRequest(search: string): ConnectionRequest {
  const given = new URLSearchParams(search);
  const asked: Record<string, string> = { client_id: '', redirect_uri: '' };
  for (const name of NAMES) {
    const value = given.get(name);
    if (value !== null) asked[name] = value;
  }
  return asked as unknown as ConnectionRequest;
}
