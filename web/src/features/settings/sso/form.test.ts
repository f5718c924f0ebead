import { describe, expect, it } from 'vitest';
import { bodyOf, valuesOf } from './form';
import type { Connection } from './queries';

const known = {
  kind: 'saml',
  name: 'Company',
  saml: { metadata_url: null, email_attribute: 'mail' },
  oidc: null,
  creates_users: true,
  default_role: 'analyst',
  role_rules: [{ group: 'a', role: 'admin' }],
} as unknown as Connection;

describe('the form of a connection', () => {
  it('sends the parts of its own kind only', () => {
    const body = bodyOf({ ...valuesOf(undefined), name: 'x', issuer: ' https://a ' }, undefined);
    expect(body).toMatchObject({ kind: 'oidc', oidc: { issuer: 'https://a' } });
    expect(body).not.toHaveProperty('saml');
  });

  it('leaves a secret and metadata alone that were not typed again', () => {
    expect(bodyOf(valuesOf(undefined), undefined)).not.toHaveProperty('oidc.client_secret');
    const body = bodyOf(valuesOf(known), known);
    expect(body).not.toHaveProperty('saml.metadata_xml');
    expect(body).not.toHaveProperty('kind');
    expect(body).toMatchObject({ saml: { email_attribute: 'mail', name_attribute: null } });
  });

  it('starts from the text where there is no address of the metadata', () => {
    expect(valuesOf(known).source).toBe('xml');
    expect(valuesOf(undefined).source).toBe('url');
  });
});
