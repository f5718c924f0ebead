import { SegmentedControl, TagsInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { BOOKING_SITES } from '../queries';

interface SitesDialogProps {
  /** Null where any site may. */
  sites: string[] | null;
  onClose: () => void;
}

/** Which websites may show the organisation's booking pages inside theirs. */
export function SitesDialog({ sites, onClose }: SitesDialogProps) {
  const { t } = useTranslation('meetings/event-types');
  const form = useForm({
    initialValues: { who: sites === null ? 'any' : 'named', sites: sites ?? [] },
  });
  const problems = Object.keys(form.errors)
    .filter((field) => field.startsWith('sites'))
    .map((field) => form.errors[field]);
  return (
    <FormDialog
      title={t('sites.title')}
      form={form}
      submit={t('sites.save')}
      onClose={onClose}
      onSubmit={async (values) => {
        const named = values.who === 'named' ? values.sites : null;
        await request('put', BOOKING_SITES, { body: { sites: named } });
        await invalidatePaths(BOOKING_SITES);
        toastSuccess(t('sites.saved'));
        onClose();
      }}
    >
      <SegmentedControl
        fullWidth
        aria-label={t('sites.title')}
        data={['any', 'named'].map((value) => ({ value, label: t(`sites.${value}`) }))}
        {...form.getInputProps('who')}
      />
      {form.values.who === 'named' && (
        <TagsInput
          label={t('sites.label')}
          description={t('sites.text')}
          placeholder="https://www.example.com"
          acceptValueOnBlur
          maxTags={50}
          splitChars={[',', ' ']}
          {...form.getInputProps('sites')}
          error={problems.length > 0 && problems.join(' ')}
        />
      )}
    </FormDialog>
  );
}
