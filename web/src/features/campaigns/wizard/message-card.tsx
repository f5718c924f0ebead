import { ActionIcon, Button, Select, SimpleGrid, Text, Title, Tooltip } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconTrash } from '@/app/icons';
import { type Span, SpanField } from '@/components/journey/fields';
import { changed, type Message, MOST_VARIANTS, without, withVariant } from '../draft';
import type { StepProps } from './step-props';
import { VariantFields } from './variant-fields';
import classes from './wizard.module.css';

const CHANNELS = ['email', 'chat', 'task', 'webhook'] as const;
const THREE_DAYS: Span = { amount: 3, unit: 'days' };

interface MessageCardProps extends StepProps {
  message: Message;
  index: number;
  /** Key of the variant that is previewed, where it is one of this message. */
  shown: string | undefined;
  onShow: (variant: string) => void;
  onChange: (change: Partial<Message>) => void;
  onRemove: () => void;
}

/** One message: its channel, when it goes, and what it says in each variant. */
export function MessageCard(props: MessageCardProps) {
  const { t } = useTranslation('campaigns');
  const { message, index, draft, shown, onShow, onChange, onRemove, problem, readOnly } = props;
  const { variants, channel, after } = message;
  const title = useId();
  const at = `messages.${index}`;
  const several = variants.length > 1;
  const lack = problem(at);
  return (
    <li className={classes.message} aria-labelledby={title}>
      <div className={classes.messageHead}>
        <Title order={3} size="h3" id={title}>
          {t('content.message', { number: index + 1 })}
        </Title>
        {!readOnly && draft.messages.length > 1 && (
          <Tooltip label={t('content.remove', { number: index + 1 })}>
            <ActionIcon aria-label={t('content.remove', { number: index + 1 })} onClick={onRemove}>
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      <div className={classes.messageBody}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <Select
            label={t('content.channel')}
            readOnly={readOnly}
            data={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
            value={channel}
            onChange={(next) => onChange({ channel: next as Message['channel'] })}
          />
          {after || index > 0 ? (
            <SpanField
              label={t(index > 0 ? 'content.after' : 'content.afterEntry')}
              readOnly={readOnly}
              error={problem(`${at}.after`)}
              value={after ?? THREE_DAYS}
              onChange={(span) => onChange({ after: span })}
            />
          ) : (
            <div>
              <Text size="sm" fw={500}>
                {t('content.when')}
              </Text>
              <Text size="sm" c="dimmed" mt={8}>
                {t('content.first')}
              </Text>
            </div>
          )}
        </SimpleGrid>
        {index > 0 && (
          <Text size="xs" c="dimmed">
            {t('content.onlyOpen')}
          </Text>
        )}
        <ul className={classes.list}>
          {variants.map((variant, place) => (
            <VariantFields
              key={variant.key}
              {...props}
              at={`${at}.variants.${place}`}
              several={several}
              variant={variant}
              shown={variant.key === shown}
              onShow={() => onShow(variant.key)}
              onChange={(change) => onChange({ variants: changed(variants, variant.key, change) })}
              onRemove={() => onChange({ variants: without(variants, variant.key) })}
            />
          ))}
        </ul>
        {lack && (
          <Text size="xs" c="var(--mantine-color-error)" role="alert">
            {lack}
          </Text>
        )}
        {!readOnly && variants.length < MOST_VARIANTS && (
          <Button
            variant="subtle"
            size="xs"
            w="fit-content"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange({ variants: withVariant(variants) })}
          >
            {t(variants.length === 0 ? 'content.addContent' : 'content.addVariant')}
          </Button>
        )}
      </div>
    </li>
  );
}
