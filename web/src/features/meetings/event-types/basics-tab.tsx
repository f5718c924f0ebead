import {
  CheckIcon,
  ColorSwatch,
  Group,
  Input,
  Select,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/app/session';
import { colors } from '@/app/theme';
import { BasicsFields } from '../basics-fields';
import { lengthsOf } from './durations';
import classes from './event-types.module.css';
import type { TabProps } from './form';
import { bookingLink } from './links';

const LOCATIONS = ['jitsi', 'google_meet', 'teams', 'zoom', 'phone', 'in_person', 'link'] as const;
const WITH_VALUE = ['phone', 'in_person', 'link'];
const SHADES = [
  'blue',
  'teal',
  'green',
  'yellow',
  'orange',
  'red',
  'pink',
  'violet',
  'gray',
] as const;
const COLOURS = SHADES.map((name) => ({ name, value: colors[name][5].toLowerCase() }));

/** What it is called, how long it takes and where it happens. */
export function BasicsTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('meetings/event-types');
  const me = useMe();
  const { location } = form.values;
  return (
    <Stack gap="md">
      <BasicsFields
        form={form}
        readOnly={readOnly}
        t={t}
        address={bookingLink(window.location.host, me.organisation.slug, form.values.slug)}
      />
      <TagsInput
        label={t('basics.lengths')}
        description={t('basics.lengthsText')}
        readOnly={readOnly}
        maxTags={10}
        splitChars={[',', ' ']}
        value={form.values.lengths.map((minutes) => t('minutes', { count: minutes }))}
        onChange={(texts) => form.setFieldValue('lengths', lengthsOf(texts))}
        error={form.errors.lengths}
      />
      <Group gap="sm" align="flex-start" grow preventGrowOverflow={false}>
        <Select
          label={t('basics.location')}
          readOnly={readOnly}
          data={LOCATIONS.map((kind) => ({ value: kind, label: t(`location.${kind}`) }))}
          value={location.kind}
          onChange={(kind) =>
            form.setFieldValue('location', { kind: kind as typeof location.kind, value: null })
          }
        />
        {WITH_VALUE.includes(location.kind) && (
          <TextInput
            label={t(`basics.value.${location.kind}`)}
            required={location.kind !== 'phone'}
            maxLength={2000}
            readOnly={readOnly}
            value={location.value ?? ''}
            error={form.errors['location.value'] ?? form.errors.location}
            onChange={(event) =>
              form.setFieldValue('location', {
                ...location,
                value: event.currentTarget.value || null,
              })
            }
          />
        )}
      </Group>
      <Input.Wrapper label={t('basics.colour')} labelElement="div">
        <Group gap="xs" mt={4} role="radiogroup" aria-label={t('basics.colour')}>
          {COLOURS.map(({ name, value }) => (
            <ColorSwatch
              key={name}
              component="button"
              type="button"
              role="radio"
              aria-checked={form.values.colour === value}
              aria-label={t(`colour.${name}`)}
              color={value}
              size={28}
              disabled={readOnly}
              className={classes.swatch}
              onClick={() => form.setFieldValue('colour', value)}
            >
              {form.values.colour === value && <CheckIcon size={12} color="#111827" />}
            </ColorSwatch>
          ))}
        </Group>
      </Input.Wrapper>
      <Switch
        label={t('basics.hidden')}
        description={t('basics.hiddenText')}
        disabled={readOnly}
        {...form.getInputProps('hidden', { type: 'checkbox' })}
      />
    </Stack>
  );
}
