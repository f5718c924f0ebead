import type { Connection } from './queries';

/** The dialog's fields, flat; which of them count depends on `kind` and `source`. */
export interface FormValues {
  kind: 'oidc' | 'saml';
  name: string;
  issuer: string;
  client_id: string;
  client_secret: string;
  scopes: string;
  groups_claim: string;
  signs_out: boolean;
  source: 'url' | 'xml';
  metadata_url: string;
  metadata_xml: string;
  email_attribute: string;
  name_attribute: string;
  groups_attribute: string;
  signs_requests: boolean;
  new_key: boolean;
  creates_users: boolean;
  default_role: string;
  role_rules: { group: string; role: string }[];
}

/** What the form shows for a connection, or for a new one. */
export function valuesOf(connection: Connection | undefined): FormValues {
  const { oidc, saml } = connection ?? {};
  return {
    kind: connection?.kind ?? 'oidc',
    name: connection?.name ?? '',
    issuer: oidc?.issuer ?? '',
    client_id: oidc?.client_id ?? '',
    client_secret: '',
    scopes: oidc?.scopes ?? 'openid profile email',
    groups_claim: oidc?.groups_claim ?? 'groups',
    signs_out: (oidc ?? saml)?.signs_out ?? false,
    source: saml && !saml.metadata_url ? 'xml' : 'url',
    metadata_url: saml?.metadata_url ?? '',
    metadata_xml: '',
    email_attribute: saml?.email_attribute ?? '',
    name_attribute: saml?.name_attribute ?? '',
    groups_attribute: saml?.groups_attribute ?? '',
    signs_requests: saml?.signs_requests ?? false,
    new_key: false,
    creates_users: connection?.creates_users ?? true,
    default_role: connection?.default_role ?? 'analyst',
    role_rules: connection?.role_rules.map((rule) => ({ ...rule })) ?? [],
  };
}

const orNull = (value: string) => value.trim() || null;

/** The request's body. An empty secret stays what it is; metadata is read anew only where it was given. */
export function bodyOf(values: FormValues, connection: Connection | undefined): object {
  const common = {
    name: values.name,
    creates_users: values.creates_users,
    default_role: values.default_role,
    role_rules: values.role_rules,
    ...(connection ? {} : { kind: values.kind }),
  };
  if (values.kind === 'oidc') {
    const secret = values.client_secret.trim();
    return {
      ...common,
      oidc: {
        issuer: values.issuer.trim(),
        client_id: values.client_id.trim(),
        scopes: values.scopes.trim() || 'openid profile email',
        groups_claim: values.groups_claim.trim() || 'groups',
        signs_out: values.signs_out,
        ...(secret ? { client_secret: secret } : {}),
      },
    };
  }
  const byUrl = values.source === 'url';
  return {
    ...common,
    saml: {
      metadata_url: byUrl ? orNull(values.metadata_url) : null,
      ...(!byUrl && values.metadata_xml.trim() ? { metadata_xml: values.metadata_xml } : {}),
      email_attribute: orNull(values.email_attribute),
      name_attribute: orNull(values.name_attribute),
      groups_attribute: orNull(values.groups_attribute),
      signs_requests: values.signs_requests,
      signs_out: values.signs_out,
      new_key: values.new_key,
    },
  };
}
