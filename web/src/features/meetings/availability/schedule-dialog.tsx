import { Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { ownTimeZone, timeZones } from '@/app/choices';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { FormDialog } from '@/components/form-dialog';
import { AVAILABILITY, type Schedule } from '../queries';

const SHARED = 'shared';

/** A new schedule, with office hours to begin with. */
export function ScheduleDialog({ onClose }: { onClose: (made?: Schedule) => void }) {
  const { t } = useTranslation('meetings/availability');
  const me = useMe();
  const members = useMembers();
  const mayManage = useMay('meetings:manage');
  const form = useForm({
    initialValues: { name: '', time_zone: ownTimeZone(), user_id: me.user.id },
    validate: { name: (value) => (value.trim() ? null : t('general.nameMissing')) },
  });
  return (
    <FormDialog
      title={t('new.title')}
      form={form}
      submit={t('new.add')}
      onClose={() => onClose()}
      onSubmit={async ({ name, time_zone, user_id }) => {
        const made = await request<Schedule>('post', AVAILABILITY, {
          body: {
            name: name.trim(),
            time_zone,
            ...(user_id === SHARED ? { shared: true } : { user_id }),
            weekly: [{ days: [1, 2, 3, 4, 5], start: '09:00', end: '17:00' }],
          },
        });
        await invalidatePaths(AVAILABILITY);
        onClose(made);
      }}
    >
      <TextInput
        label={t('general.name')}
        placeholder={t('new.example')}
        required
        maxLength={80}
        data-autofocus
        {...form.getInputProps('name')}
      />
      {mayManage && (
        <Select
          label={t('new.whose')}
          description={t('new.whoseText')}
          data={[{ value: SHARED, label: t('shared') }, ...members.options]}
          {...form.getInputProps('user_id')}
        />
      )}
      <Select
        label={t('general.zone')}
        searchable
        data={timeZones(form.values.time_zone)}
        {...form.getInputProps('time_zone')}
      />
    </FormDialog>
  );
}
