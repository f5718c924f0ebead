import { Button, Card, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconMail, IconPlus, IconSend } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Columns } from '@/components/editor';
import { MailPreview } from '@/components/mail/mail-preview';
import { TestDialog } from '@/components/mail/test-dialog';
import type { Shown } from '@/components/mail/views';
import { changed, compares, type Message, MOST_MESSAGES, withMessage, without } from '../draft';
import { templatesQuery } from '../queries';
import { MessageCard } from './message-card';
import type { StepProps } from './step-props';
import { TestingCard } from './testing-card';
import classes from './wizard.module.css';

const route = getRouteApi('/_app/campaigns/$campaignId/edit');

/** The mail of the variant that is looked at, as somebody gets it. */
function Preview({ templateId }: { templateId: string | null | undefined }) {
  const { t } = useTranslation('campaigns');
  const { view, dark, person } = route.useSearch();
  const navigate = route.useNavigate();
  const mayTest = useMay('email:write');
  const [testing, setTesting] = useState(false);
  const template = useQuery(templatesQuery()).data?.items.find(({ id }) => id === templateId);
  if (!templateId) {
    return (
      <Card className={classes.fields}>
        <Title order={3} size="h3">
          {t('preview.title')}
        </Title>
        <Text size="sm" c="dimmed">
          <IconMail size={14} aria-hidden /> {t('preview.none')}
        </Text>
      </Card>
    );
  }
  return (
    <>
      <MailPreview
        templateId={templateId}
        version={template?.version ?? 0}
        shown={{ view, dark, person }}
        onShow={(change: Shown) =>
          void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
        }
      />
      {mayTest && (
        <Button
          variant="default"
          w="fit-content"
          leftSection={<IconSend size={16} />}
          onClick={() => setTesting(true)}
        >
          {t('preview.test')}
        </Button>
      )}
      {testing && (
        <TestDialog templateId={templateId} personId={person} onClose={() => setTesting(false)} />
      )}
    </>
  );
}

/** What people get, when, and which ways of saying it are tried. */
export function ContentStep(props: StepProps) {
  const { t } = useTranslation('campaigns');
  const { campaign, draft, set } = props;
  const readOnly = props.readOnly || campaign.changed_in_builder;
  const { message: openMessage, variant: openVariant } = route.useSearch();
  const navigate = route.useNavigate();
  const { messages } = draft;
  const looked = messages.find(({ key }) => key === openMessage) ?? messages[0];
  const seen = looked?.variants.find(({ key }) => key === openVariant) ?? looked?.variants[0];
  const show = (message: string, variant: string) =>
    void navigate({ search: (old) => ({ ...old, message, variant }), replace: true });
  /** Whoever adds a second variant wants to compare; with one alone there is nothing to. */
  const put = (next: Message[]) => {
    const mode = compares(next)
      ? draft.testing.mode === 'one'
        ? 'adaptive'
        : draft.testing.mode
      : 'one';
    set({ messages: next, testing: { ...draft.testing, mode } }, 'messages');
  };
  return (
    <Columns share="half" sticky beside={<Preview templateId={seen?.template_id} />}>
      <ol className={classes.list} aria-label={t('content.messages')}>
        {messages.map((message, index) => (
          <MessageCard
            key={message.key}
            {...props}
            readOnly={readOnly}
            message={message}
            index={index}
            shown={looked === message ? seen?.key : undefined}
            onShow={(variant) => show(message.key, variant)}
            onChange={(change) => put(changed(messages, message.key, change))}
            onRemove={() => put(without(messages, message.key))}
          />
        ))}
      </ol>
      {messages.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('content.none')}
        </Text>
      )}
      {!readOnly && messages.length < MOST_MESSAGES && (
        <Button
          variant={messages.length === 0 ? 'filled' : 'default'}
          w="fit-content"
          leftSection={<IconPlus size={16} />}
          onClick={() => {
            const next = withMessage(messages);
            put(next);
            show(next[next.length - 1]?.key ?? '', 'a');
          }}
        >
          {t(messages.length === 0 ? 'content.addFirst' : 'content.add')}
        </Button>
      )}
      <TestingCard {...props} readOnly={readOnly} />
    </Columns>
  );
}
