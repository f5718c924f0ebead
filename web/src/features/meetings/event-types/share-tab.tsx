import { Anchor, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconCheck, IconCopy, IconExternalLink } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { bookingSitesQuery } from '../queries';
import classes from './event-types.module.css';
import type { TabProps } from './form';
import { bookingLink, embedCode } from './links';
import { SitesDialog } from './sites-dialog';

function Piece({ name, text, code }: { name: string; text: string; code: string }) {
  const { t } = useTranslation('meetings/event-types');
  return (
    <Stack gap={4}>
      <Group justify="space-between" wrap="nowrap" align="flex-end">
        <div>
          <Text size="sm" fw={500}>
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {text}
          </Text>
        </div>
        <CopyButton value={code}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              variant="default"
              flex="none"
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              aria-label={t('share.copyNamed', { name })}
              onClick={copy}
            >
              {t(copied ? 'copied' : 'copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Code block className={classes.code}>
        {code}
      </Code>
    </Stack>
  );
}

/** Which websites the code works on; the same for all event types. */
function Sites() {
  const { t } = useTranslation('meetings/event-types');
  const mayManage = useMay('meetings:manage');
  const { data } = useQuery(bookingSitesQuery());
  const [opened, setOpened] = useState(false);
  if (!data) return null;
  const words =
    data.sites === null ? t('sites.anyText') : data.sites.join(', ') || t('sites.noneText');
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start">
      <div>
        <Text size="sm" fw={500}>
          {t('sites.title')}
        </Text>
        <Text size="xs" c="dimmed" className={classes.code}>
          {words}
        </Text>
      </div>
      {mayManage && (
        <Button size="compact-sm" variant="default" flex="none" onClick={() => setOpened(true)}>
          {t('sites.change')}
        </Button>
      )}
      {opened && <SitesDialog sites={data.sites} onClose={() => setOpened(false)} />}
    </Group>
  );
}

/** The link, and the code that puts the calendar into a website; copied in one click. */
export function ShareTab({ eventType }: TabProps) {
  const { t } = useTranslation('meetings/event-types');
  const { slug: organisation } = useMe().organisation;
  const { origin } = window.location;
  const link = bookingLink(origin, organisation, eventType.slug);
  const code = (kind: 'inline' | 'popup') =>
    embedCode(kind, origin, organisation, eventType.slug, eventType.title);
  return (
    <Stack gap="lg">
      {!eventType.active && (
        <Text size="sm" c="var(--mantine-color-yellow-text)">
          {t('share.inactive')}
        </Text>
      )}
      <Piece name={t('share.link')} text={t('share.linkText')} code={link} />
      <Anchor href={link} target="_blank" rel="noopener" size="sm">
        <Group component="span" gap={4} display="inline-flex">
          {t('share.open')}
          <IconExternalLink size={14} aria-hidden />
        </Group>
      </Anchor>
      <Piece name={t('share.inline')} text={t('share.inlineText')} code={code('inline')} />
      <Piece name={t('share.popup')} text={t('share.popupText')} code={code('popup')} />
      <Sites />
      <Piece name={t('share.agents')} text={t('share.agentsText')} code={`${link}.md`} />
    </Stack>
  );
}
