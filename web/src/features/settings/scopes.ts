interface Scope {
  key: string;
  description: string;
}

/** Scopes that match the search, grouped by the part before the colon; areas and scopes in their order. */
export function byArea(scopes: Scope[], search: string): { area: string; items: Scope[] }[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const areas = new Map<string, Scope[]>();
  for (const scope of scopes) {
    const text = `${scope.key} ${scope.description}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const [name = ''] = scope.key.split(':');
    const area = name === 'ai' ? 'AI' : name.charAt(0).toUpperCase() + name.slice(1);
    areas.set(area, [...(areas.get(area) ?? []), scope]);
  }
  return [...areas].map(([area, items]) => ({ area, items }));
}

/** The end of the day that lies `days` ahead, or of the day chosen, as the server wants it; null for never. */
export function expiryMoment(choice: string, day: string, now: Date = new Date()): string | null {
  if (choice === 'never') return null;
  const end = choice === 'day' ? new Date(`${day}T00:00:00`) : new Date(now);
  if (Number.isNaN(end.getTime())) return null;
  if (choice !== 'day') end.setDate(end.getDate() + Number(choice));
  end.setHours(23, 59, 59, 0);
  return end.toISOString();
}

/** A command for a terminal that asks the API which key it got; it works as it stands. */
export function exampleCommand(origin: string, kind: string, id: string, secret: string): string {
  const path = '/api/v1/keys/current';
  if (kind !== 'signed') return `curl -H "Authorization: Bearer ${secret}" ${origin}${path}`;
  return [
    `SECRET='${secret}'; TIMESTAMP=$(date +%s); NONCE=$(openssl rand -hex 16)`,
    "HASH=$(printf '' | openssl dgst -sha256 | sed 's/.* //')",
    `SIGNATURE=$(printf 'GET\\n${path}\\n%s\\n%s\\n%s' "$TIMESTAMP" "$NONCE" "$HASH" \\`,
    `  | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')`,
    `curl -H "X-Tradewind-Key: ${id}" -H "X-Tradewind-Timestamp: $TIMESTAMP" \\`,
    '  -H "X-Tradewind-Nonce: $NONCE" -H "X-Tradewind-Signature: v1=$SIGNATURE" \\',
    `  ${origin}${path}`,
  ].join('\n');
}
