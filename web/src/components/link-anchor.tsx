import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import { type AnchorHTMLAttributes, forwardRef } from 'react';

type Native<Props> = Props & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props>;

const AnchorElement = forwardRef<HTMLAnchorElement, Native<AnchorProps>>((props, ref) => (
  <Anchor ref={ref} size="sm" {...props} />
));
AnchorElement.displayName = 'AnchorElement';

const ButtonElement = forwardRef<HTMLAnchorElement, Native<ButtonProps>>((props, ref) => (
  <Button component="a" ref={ref} {...props} />
));
ButtonElement.displayName = 'ButtonElement';

/** Text link to a page, with typed `to`, `params` and `search`. */
export const LinkAnchor = createLink(AnchorElement);

/** Link that looks like a button. */
export const LinkButton = createLink(ButtonElement);
