import {
  ActionIcon,
  Badge,
  Button,
  Group,
  NumberInput,
  Select,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '@/app/format';
import { IconEye, IconTrash } from '@/app/icons';
import { useMembers } from '@/app/members';
import { type Message, shareOf, type Variant } from '../draft';
import type { StepProps } from './step-props';
import { TemplateField } from './template-field';
import classes from './wizard.module.css';

interface VariantFieldsProps extends StepProps {
  message: Message;
  variant: Variant;
  /** Path of the variant in the draft, for what is wrong with it. */
  at: string;
  /** Whether there are others to tell it from. */
  several: boolean;
  shown: boolean;
  onShow: () => void;
  onChange: (change: Partial<Variant>) => void;
  onRemove: () => void;
}

/** What a task says, and whose it is. */
function Task({ variant, at, problem, readOnly, onChange }: VariantFieldsProps) {
  const { t } = useTranslation('campaigns');
  const { options } = useMembers();
  return (
    <>
      <TextInput
        label={t('task.title')}
        placeholder={t('task.example')}
        maxLength={120}
        readOnly={readOnly}
        error={problem(`${at}.title`)}
        value={variant.title}
        onChange={({ currentTarget }) => onChange({ title: currentTarget.value })}
      />
      <Textarea
        label={t('task.text')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={5000}
        readOnly={readOnly}
        value={variant.text}
        onChange={({ currentTarget }) => onChange({ text: currentTarget.value })}
      />
      <Group grow gap="md" align="flex-start">
        <NumberInput
          label={t('task.due')}
          min={0}
          max={365}
          allowDecimal={false}
          readOnly={readOnly}
          value={variant.due_days}
          onChange={(days) => typeof days === 'number' && onChange({ due_days: days })}
        />
        <Select
          label={t('task.member')}
          placeholder={t('choose')}
          searchable
          clearable
          readOnly={readOnly}
          error={problem(`${at}.member_id`)}
          data={options}
          value={variant.member_id}
          onChange={(member_id) => onChange({ member_id })}
        />
      </Group>
    </>
  );
}

function Content(props: VariantFieldsProps) {
  const { t } = useTranslation('campaigns');
  const { campaign, message, variant, at, problem, readOnly, onShow, onChange } = props;
  switch (message.channel) {
    case 'email':
      return (
        <TemplateField
          campaignId={campaign.id}
          error={problem(`${at}.template_id`)}
          readOnly={readOnly}
          value={variant.template_id}
          onChange={(template_id) => {
            onChange({ template_id });
            onShow();
          }}
        />
      );
    case 'task':
      return <Task {...props} />;
    case 'chat':
      return (
        <Textarea
          label={t('chat.text')}
          description={t('chat.textText', { example: '{{ first_name }}' })}
          autosize
          minRows={3}
          maxRows={10}
          maxLength={5000}
          readOnly={readOnly}
          error={problem(`${at}.text`)}
          value={variant.text}
          onChange={({ currentTarget }) => onChange({ text: currentTarget.value })}
        />
      );
    case 'webhook':
      return (
        <TextInput
          type="url"
          label={t('webhook.url')}
          description={t('webhook.urlText')}
          placeholder="https://"
          maxLength={2000}
          readOnly={readOnly}
          error={problem(`${at}.url`)}
          value={variant.url}
          onChange={({ currentTarget }) => onChange({ url: currentTarget.value })}
        />
      );
  }
}

/** One way of saying a message; its name and share only where there are others. */
export function VariantFields(props: VariantFieldsProps) {
  const { t } = useTranslation('campaigns');
  const { draft, message, variant, several, shown, readOnly, onShow, onChange, onRemove } = props;
  const letter = variant.key.toUpperCase();
  if (!several) {
    return (
      <li className={classes.alone}>
        <Content {...props} />
      </li>
    );
  }
  return (
    <li className={classes.variant} data-shown={shown || undefined}>
      <Group justify="space-between" gap="xs">
        <Badge color={shown ? 'blue' : 'gray'}>{t('content.variant', { letter })}</Badge>
        <Group gap={4}>
          {message.channel === 'email' && (
            <Button
              variant="subtle"
              size="compact-xs"
              leftSection={<IconEye size={14} />}
              aria-pressed={shown}
              aria-label={t('content.showVariant', { letter })}
              onClick={onShow}
            >
              {t('content.show')}
            </Button>
          )}
          {!readOnly && (
            <ActionIcon
              size={28}
              aria-label={t('content.removeVariant', { letter })}
              title={t('content.removeVariant', { letter })}
              onClick={onRemove}
            >
              <IconTrash size={14} />
            </ActionIcon>
          )}
        </Group>
      </Group>
      <Group align="flex-start" gap="sm" wrap="nowrap">
        <TextInput
          label={t('content.name')}
          placeholder={t('content.nameExample')}
          maxLength={120}
          flex={1}
          readOnly={readOnly}
          value={variant.name}
          onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
        />
        {draft.testing.mode === 'fixed' && (
          <NumberInput
            label={t('content.weight', {
              share: formatPercent(shareOf(message.variants, variant)),
            })}
            w={112}
            min={0}
            max={1000}
            readOnly={readOnly}
            value={variant.weight}
            onChange={(weight) => typeof weight === 'number' && onChange({ weight })}
          />
        )}
      </Group>
      <Content {...props} />
    </li>
  );
}
