import { expect, test } from 'vitest';
import { connectionRequest } from './request';

test('values stay texts, unknown ones are left out', () => {
  const asked = connectionRequest(
    '?client_id=7&state=1e3&resource=https%3A%2F%2Fa.example%2Fmcp&x=y',
  );
  expect(asked).toEqual({
    client_id: '7',
    redirect_uri: '',
    state: '1e3',
    resource: 'https://a.example/mcp',
  });
});
