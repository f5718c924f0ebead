import {
  ActionIcon,
  Button,
  Group,
  Input,
  MultiSelect,
  SegmentedControl,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconTrash } from '@/app/icons';
import classes from './agents.module.css';
import type { TabProps } from './draft';
import { languageOptions } from './languages';
import { freeKey } from './opener-key';

const TONES = ['friendly', 'formal', 'brief'] as const;
const MOST_OPENERS = 6;

function Openers({ form, readOnly }: TabProps) {
  const { t } = useTranslation('agents');
  const { openers } = form.values;
  return (
    <Input.Wrapper
      label={t('basics.openers')}
      description={t('basics.openersText')}
      labelElement="div"
      error={form.errors.openers}
    >
      <Stack gap="xs" mt={4}>
        {openers.map(({ key }, index) => (
          <Group key={key} gap="xs" wrap="nowrap" align="flex-start">
            <Textarea
              className={classes.grow}
              aria-label={t('basics.opener', { number: index + 1 })}
              autosize
              maxRows={4}
              maxLength={400}
              readOnly={readOnly}
              {...form.getInputProps(`openers.${index}.text`)}
            />
            {!readOnly && (
              <ActionIcon
                size={36}
                aria-label={t('basics.openerRemove', { number: index + 1 })}
                onClick={() => form.removeListItem('openers', index)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {!readOnly && openers.length < MOST_OPENERS && (
          <div>
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlus size={14} />}
              onClick={() =>
                form.insertListItem('openers', {
                  key: freeKey(openers.map(({ key }) => key)),
                  text: '',
                })
              }
            >
              {t('basics.openerAdd')}
            </Button>
          </div>
        )}
      </Stack>
    </Input.Wrapper>
  );
}

/** Who the agent is and how it begins. */
export function BasicsTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('agents');
  return (
    <Stack gap="md">
      <TextInput
        label={t('basics.name')}
        description={t('basics.nameText')}
        required
        maxLength={80}
        readOnly={readOnly}
        {...form.getInputProps('name')}
      />
      <Textarea
        label={t('basics.disclosure')}
        description={t('basics.disclosureText')}
        required
        autosize
        minRows={2}
        maxRows={4}
        maxLength={400}
        readOnly={readOnly}
        {...form.getInputProps('disclosure')}
      />
      <Textarea
        label={t('basics.greeting')}
        description={t('basics.greetingText')}
        autosize
        minRows={2}
        maxRows={4}
        maxLength={400}
        readOnly={readOnly}
        {...form.getInputProps('greeting')}
      />
      <Openers form={form} readOnly={readOnly} />
      <Input.Wrapper label={t('basics.tone')} labelElement="div">
        <div>
          <SegmentedControl
            aria-label={t('basics.tone')}
            readOnly={readOnly}
            data={TONES.map((value) => ({ value, label: t(`tone.${value}`) }))}
            {...form.getInputProps('tone')}
          />
        </div>
      </Input.Wrapper>
      <Textarea
        label={t('basics.persona')}
        description={t('basics.personaText')}
        autosize
        minRows={3}
        maxRows={10}
        maxLength={1000}
        readOnly={readOnly}
        {...form.getInputProps('persona')}
      />
      <MultiSelect
        label={t('basics.languages')}
        description={t('basics.languagesText')}
        placeholder={form.values.languages.length === 0 ? t('list.allLanguages') : ''}
        searchable
        clearable
        readOnly={readOnly}
        data={languageOptions(form.values.languages)}
        {...form.getInputProps('languages')}
      />
      <Switch
        label={t('basics.model')}
        description={t('basics.modelText')}
        disabled={readOnly}
        {...form.getInputProps('use_model', { type: 'checkbox' })}
      />
      <Switch
        label={t('basics.memory')}
        description={t('basics.memoryText')}
        disabled={readOnly}
        {...form.getInputProps('memory', { type: 'checkbox' })}
      />
    </Stack>
  );
}
