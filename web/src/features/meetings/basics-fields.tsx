import { Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { slugOf } from './event-types/slug';

interface Named {
  title: string;
  slug: string;
  description: string;
}

interface BasicsFieldsProps<Draft extends Named> {
  form: UseFormReturnType<Draft>;
  readOnly: boolean;
  /** Texts of the feature: `basics.title`, `basics.slug`, `basics.description`, `basics.descriptionText`. */
  t: (key: string) => string;
  /** Address of the public page with the present slug. */
  address: string;
}

/** Name, address and description of something with a public page. */
export function BasicsFields<Draft extends Named>({
  form,
  readOnly,
  t,
  address,
}: BasicsFieldsProps<Draft>) {
  return (
    <>
      <TextInput
        label={t('basics.title')}
        required
        maxLength={120}
        readOnly={readOnly}
        {...form.getInputProps('title')}
      />
      <TextInput
        label={t('basics.slug')}
        description={address}
        required
        maxLength={80}
        readOnly={readOnly}
        {...form.getInputProps('slug')}
        onBlur={(event) =>
          (form as unknown as UseFormReturnType<Named>).setFieldValue(
            'slug',
            slugOf(event.currentTarget.value),
          )
        }
      />
      <Textarea
        label={t('basics.description')}
        description={t('basics.descriptionText')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={5000}
        readOnly={readOnly}
        {...form.getInputProps('description')}
      />
    </>
  );
}
