export const CLIENTS = ['website', 'analytics.js', 'node', 'python', 'php', 'curl'] as const;
export type Client = (typeof CLIENTS)[number];

/** What to paste where, with this installation's address (no trailing slash) and the source's write key. */
export function snippet(client: Client, address: string, key: string): string {
  switch (client) {
    case 'website':
      return `<script async src="${address}/tw.js" data-key="${key}"></script>`;
    case 'analytics.js':
      return `import { AnalyticsBrowser } from '@segment/analytics-next';

export const analytics = AnalyticsBrowser.load({
  writeKey: '${key}',
  cdnURL: '${address}',
});
analytics.page();
analytics.track('Demo Requested', { plan: 'team' });`;
    case 'node':
      return `import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({
  writeKey: '${key}',
  host: '${address}',
});
analytics.track({
  userId: 'user-42',
  event: 'Demo Requested',
  properties: { plan: 'team' },
});
await analytics.closeAndFlush();`;
    case 'python':
      return `from segment.analytics import Client

analytics = Client("${key}", host="${address}")
analytics.track("user-42", "Demo Requested", {"plan": "team"})
analytics.shutdown()`;
    case 'php':
      return `use Segment\\Segment;

Segment::init('${key}', ['host' => '${address.replace(/^https?:\/\//, '')}']);
Segment::track([
    'userId' => 'user-42',
    'event' => 'Demo Requested',
    'properties' => ['plan' => 'team'],
]);
Segment::flush();`;
    case 'curl':
      return `curl ${address}/v1/track \\
  -u ${key}: \\
  -H 'Content-Type: application/json' \\
  -d '{"userId": "user-42", "event": "Demo Requested", "properties": {"plan": "team"}}'`;
  }
}

/** The clients of a kind of source, the usual one first. */
export function clientsFor(kind: 'website' | 'server' | 'app'): Client[] {
  if (kind === 'website') return ['website', 'analytics.js', 'curl'];
  if (kind === 'server') return ['node', 'python', 'php', 'curl'];
  return ['analytics.js', 'node', 'curl'];
}

/**
 * Sites meant by what somebody types: a bare domain stands for itself over https and, where it has no
 * subdomain, for its www.
 */
export function sitesOf(typed: string): string[] {
  const text = typed.trim().replace(/\/+$/, '');
  if (!text) return [];
  if (/^https?:\/\//.test(text)) return [text];
  if (/^localhost(:\d+)?$/.test(text)) return [`http://${text}`];
  const labels = text.split('.');
  return labels.length === 2 ? [`https://${text}`, `https://www.${text}`] : [`https://${text}`];
}
