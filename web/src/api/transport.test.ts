import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { address, request } from './client';
import { ApiError } from './errors';
import { onEnrolmentNeeded, onProofNeeded, onSessionLost } from './transport';

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });

const server = vi.fn<(request: Request) => Promise<Response>>();

beforeEach(() => {
  localStorage.clear();
  server.mockReset();
  vi.stubGlobal('fetch', (input: Request | string, init?: RequestInit) =>
    server(input instanceof Request ? input : new Request(new URL(input, location.href), init)),
  );
  // biome-ignore lint/suspicious/noDocumentCookie: the token comes from a cookie
  document.cookie = 'tw_csrf=abc%3D1';
});

afterEach(() => {
  vi.unstubAllGlobals();
  onSessionLost(() => undefined);
  onProofNeeded(async () => false);
  onEnrolmentNeeded(() => undefined);
});

describe('address', () => {
  it('leaves empty values out and sends conditions as JSON', () => {
    expect(address('/x', { a: 1, b: undefined, c: '', d: null, e: false })).toBe('/x?a=1&e=false');
    expect(address('/x', { filter: { all: [] } })).toBe('/x?filter=%7B%22all%22%3A%5B%5D%7D');
    expect(address('/x')).toBe('/x');
  });
});

describe('request', () => {
  it('sends the CSRF token and the version on writes only', async () => {
    server.mockImplementation(async () => json({ ok: true }));
    await request('get', '/api/v1/leads');
    await request('patch', '/api/v1/leads/1', { body: { a: 1 }, version: 7 });
    const [read, write] = server.mock.calls.map(([sent]) => sent.headers);
    expect(read?.get('x-csrf-token')).toBeNull();
    expect(write?.get('x-csrf-token')).toBe('abc=1');
    expect(write?.get('if-match')).toBe('"7"');
  });

  it('turns a problem document into an ApiError with joined field messages', async () => {
    const problem = {
      title: 'Some values are not valid',
      code: 'kernel.invalid',
      request_id: 'r1',
      errors: [
        { field: 'password', message: 'Too short.' },
        { field: 'password', message: 'Too common.' },
      ],
    };
    server.mockResolvedValue(json(problem, 422));
    const error = await request('post', '/api/v1/x', { body: {} }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 422,
      code: 'kernel.invalid',
      requestId: 'r1',
      fields: { password: 'Too short. Too common.' },
    });
  });

  it('understands failures that are no JSON, and lost connections', async () => {
    server.mockResolvedValue(
      new Response('<html>', {
        status: 503,
        headers: { 'retry-after': '5', 'x-request-id': 'r2' },
      }),
    );
    expect(await request('get', '/api/v1/x').catch((reason) => reason)).toMatchObject({
      status: 503,
      retryAfterSeconds: 5,
      requestId: 'r2',
    });
    server.mockRejectedValue(new TypeError('Failed to fetch'));
    expect(await request('get', '/api/v1/x').catch((reason) => reason)).toMatchObject({
      status: 0,
      offline: true,
    });
  });
});

describe('a session that ran out', () => {
  it('is renewed once for all waiting requests, which are then repeated with their bodies', async () => {
    let renewed = false;
    let renewals = 0;
    const bodies: string[] = [];
    server.mockImplementation(async (sent) => {
      if (sent.url.endsWith('/auth/refresh')) {
        renewals += 1;
        renewed = true;
        return json({});
      }
      if (!renewed) return json({}, 401);
      bodies.push(await sent.text());
      return json({ ok: true });
    });
    await Promise.all([
      request('post', '/api/v1/a', { body: 1 }),
      request('post', '/api/v1/b', { body: 2 }),
    ]);
    expect(renewals).toBe(1);
    expect(bodies.sort()).toEqual(['1', '2']);
  });

  it('is renewed when the server knows its CSRF cookie no more', async () => {
    let renewed = false;
    server.mockImplementation(async (sent) => {
      if (sent.url.endsWith('/auth/refresh')) {
        renewed = true;
        return json({});
      }
      return renewed ? json({ ok: true }) : json({ code: 'identity.csrf' }, 403);
    });
    expect(await request('post', '/api/v1/a', { body: 1 })).toEqual({ ok: true });
  });

  it('is given up when it cannot be renewed', async () => {
    const lost = vi.fn();
    onSessionLost(lost);
    server.mockImplementation(async () => json({}, 401));
    const error = await request('get', '/api/v1/a').catch((reason) => reason);
    expect(error).toMatchObject({ status: 401 });
    expect(lost).toHaveBeenCalledOnce();
  });

  it('is not renewed for a wrong password', async () => {
    server.mockImplementation(async () => json({}, 401));
    await request('post', '/api/v1/auth/login', { body: {} }).catch(() => undefined);
    expect(server).toHaveBeenCalledOnce();
  });
});

describe('a dangerous action', () => {
  const refused = () =>
    json({ code: 'identity.step_up_required', methods: ['totp', 'recovery_code'] }, 403);

  it('is repeated with its body once the person has proven who they are', async () => {
    const ask = vi.fn(async () => true);
    onProofNeeded(ask);
    server
      .mockResolvedValueOnce(refused())
      .mockImplementation(async (sent) => json(await sent.json()));
    expect(await request('post', '/api/v1/x', { body: { a: 1 } })).toEqual({ a: 1 });
    expect(ask).toHaveBeenCalledExactlyOnceWith(['totp', 'recovery_code']);
  });

  it('fails with the refusal when they close the dialog', async () => {
    server.mockImplementation(async () => refused());
    const error = await request('delete', '/api/v1/x').catch((reason) => reason);
    expect((error as ApiError).code).toBe('identity.step_up_required');
    expect(server).toHaveBeenCalledTimes(1);
  });

  it('asks once for several requests', async () => {
    const ask = vi.fn(() => new Promise<boolean>((resolve) => setTimeout(resolve, 5, true)));
    onProofNeeded(ask);
    server
      .mockResolvedValueOnce(refused())
      .mockResolvedValueOnce(refused())
      .mockImplementation(async () => json({}));
    await Promise.all([request('delete', '/api/v1/x'), request('delete', '/api/v1/y')]);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(server).toHaveBeenCalledTimes(4);
  });

  it('leads to enrolment where the organisation requires a second factor', async () => {
    const lead = vi.fn();
    onEnrolmentNeeded(lead);
    server.mockImplementation(async () => json({ code: 'identity.second_factor_required' }, 403));
    await request('get', '/api/v1/leads').catch(() => undefined);
    expect(lead).toHaveBeenCalledTimes(1);
  });
});
