import { Card, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './item-card.module.css';
import { LinkAnchor } from './link-anchor';

interface ItemCardProps {
  title: string;
  /** Page of the item, where it has one. */
  to?: string;
  /** Badges beside the title. */
  badges?: ReactNode;
  /** Small line below the title; false parts are left out. */
  facts: readonly (string | false | undefined)[];
  /** Links, menu and switch at the end. */
  actions?: ReactNode;
  /** Colour of the edge, by a name of the theme or #rrggbb. */
  colour?: string | undefined;
  children?: ReactNode;
}

/** One item of a list page: its title leads to its page, the small things to do stand beside. */
export function ItemCard({ title, to, badges, facts, actions, colour, children }: ItemCardProps) {
  return (
    <Card
      component="li"
      className={classes.card}
      data-edge={colour !== undefined || undefined}
      style={colour === undefined ? undefined : { '--item-edge': colour }}
    >
      <Group justify="space-between" gap="sm">
        <Stack gap={4} className={classes.main}>
          <Group gap="xs">
            {to ? (
              <LinkAnchor
                fw={600}
                c="inherit"
                className="tw-truncate"
                title={title}
                to={to as never}
              >
                {title}
              </LinkAnchor>
            ) : (
              <Text fw={600} className="tw-truncate" title={title}>
                {title}
              </Text>
            )}
            {badges}
          </Group>
          <Text size="xs" c="dimmed" className={classes.facts}>
            {facts.filter(Boolean).join(' · ')}
          </Text>
        </Stack>
        {actions && <Group gap={6}>{actions}</Group>}
      </Group>
      {children}
    </Card>
  );
}
