import {
  Button,
  Checkbox,
  Group,
  Input,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { ownTimeZone, timeZones } from '@/app/choices';
import { ApiForm } from '../api-form';
import { LeadPicker } from '../lead-picker';
import { LinkAnchor } from '../link-anchor';
import { isMasked } from '../masked';
import { EmptyState, ErrorState, LoadingLines } from '../page-states';
import { toastSuccess } from '../toasts';
import {
  type BookableType,
  eventTypesQuery,
  MEETINGS,
  type Meeting,
  refreshMeetings,
} from './queries';
import { momentIn, SlotPicker } from './slot-picker';
import { alternativesOf, SlotTaken } from './slot-taken';

export interface BookingLead {
  id: string;
  name: string;
  email: string | null;
  phone?: string | null;
  time_zone?: string | null;
}

interface BookingDialogProps {
  /** Whom the meeting is with; without one it is chosen or typed. */
  lead?: BookingLead;
  onClose: (booked?: Meeting) => void;
}

/** A masked address cannot be written to: it has to be typed. */
const known = (value: string | null | undefined) => (isMasked(value) ? '' : (value ?? ''));

type Question = BookableType['questions'][number];

function Answer({
  question,
  value,
  error,
  onChange,
}: {
  question: Question;
  value: unknown;
  error: React.ReactNode;
  onChange: (value: unknown) => void;
}) {
  const { label, kind } = question;
  const text = typeof value === 'string' ? value : '';
  if (kind === 'checkbox') {
    return (
      <Checkbox
        label={label}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (kind === 'select') {
    return (
      <Select
        label={label}
        data={question.options}
        clearable
        value={text || null}
        error={error}
        onChange={onChange}
      />
    );
  }
  const Field = kind === 'textarea' ? Textarea : TextInput;
  return (
    <Field
      label={label}
      value={text}
      error={error}
      maxLength={2000}
      onChange={(event: React.ChangeEvent<HTMLInputElement & HTMLTextAreaElement>) =>
        onChange(event.currentTarget.value)
      }
    />
  );
}

function BookingForm({ types, lead, onClose }: BookingDialogProps & { types: BookableType[] }) {
  const { t } = useTranslation('booking');
  const [zone, setZone] = useState(ownTimeZone);
  const [alternatives, setAlternatives] = useState<string[]>();
  const form = useForm({
    initialValues: {
      event_type_id: types[0]?.id ?? '',
      length: types[0]?.lengths[0] ?? 30,
      starts_at: undefined as string | undefined,
      lead_id: lead?.id ?? (null as string | null),
      name: lead?.name ?? '',
      email: known(lead?.email),
      phone: known(lead?.phone),
      answers: {} as Record<string, unknown>,
    },
    validate: {
      starts_at: (value) => (value ? null : t('form.timeMissing')),
      name: (value) => (value.trim() ? null : t('form.nameMissing')),
      email: (value) => (/^\S+@\S+\.\S+$/.test(value.trim()) ? null : t('form.emailMissing')),
    },
  });
  const { values } = form;
  const type = types.find(({ id }) => id === values.event_type_id);
  const choose = (id: string | null) => {
    const next = types.find((one) => one.id === id);
    if (!next) return;
    form.setValues({
      event_type_id: next.id,
      length: next.lengths[0] ?? 30,
      starts_at: undefined,
      answers: {},
    });
    setAlternatives(undefined);
  };
  const when = (starts_at: string | undefined) => form.setFieldValue('starts_at', starts_at);
  const book = async () => {
    const { phone, name, email, answers, ...rest } = form.getValues();
    try {
      const booked = await request<Meeting>('post', MEETINGS, {
        body: {
          ...rest,
          name: name.trim(),
          email: email.trim(),
          phone: phone.trim() || null,
          time_zone: lead?.time_zone ?? zone,
          answers: Object.fromEntries(
            Object.entries(answers).filter(([, value]) => value !== '' && value !== null),
          ),
        },
      });
      toastSuccess(t('booked', { when: momentIn(zone, booked.starts_at) }));
      void refreshMeetings();
      onClose(booked);
    } catch (reason) {
      const found = alternativesOf(toApiError(reason));
      if (!found) throw reason;
      setAlternatives(found);
      when(undefined);
      void refreshMeetings();
    }
  };
  return (
    <ApiForm form={form} onSubmit={book}>
      {({ submitting }) => (
        <>
          <Group gap="sm" align="flex-end">
            <Select
              label={t('form.type')}
              flex="1 1 220px"
              data={types.map(({ id, title }) => ({ value: id, label: title }))}
              value={values.event_type_id}
              onChange={choose}
            />
            {type && type.lengths.length > 1 && (
              <SegmentedControl
                aria-label={t('form.length')}
                size="sm"
                value={String(values.length)}
                onChange={(length) =>
                  form.setValues({ length: Number(length), starts_at: undefined })
                }
                data={type.lengths.map((count) => ({
                  value: String(count),
                  label: t('minutes', { count }),
                }))}
              />
            )}
            <Select
              label={t('form.zone')}
              flex="1 1 180px"
              searchable
              data={timeZones(zone)}
              value={zone}
              onChange={(next) => next && setZone(next)}
            />
          </Group>
          {alternatives && (
            <SlotTaken
              alternatives={alternatives}
              zone={zone}
              onChoose={(start) => {
                when(start);
                setAlternatives(undefined);
              }}
            />
          )}
          <div>
            <SlotPicker
              key={`${values.event_type_id} ${values.length} ${zone}`}
              eventTypeId={values.event_type_id}
              length={values.length}
              zone={zone}
              leadId={values.lead_id ?? undefined}
              value={values.starts_at}
              onChange={when}
            />
            {form.errors.starts_at && (
              <Input.Error mt={4} role="alert">
                {form.errors.starts_at}
              </Input.Error>
            )}
          </div>
          {!lead && (
            <LeadPicker
              label={t('form.lead')}
              description={t('form.leadText')}
              value={values.lead_id}
              name={values.lead_id ? values.name : null}
              onChange={(picked) =>
                form.setValues({
                  lead_id: picked?.id ?? null,
                  name: picked?.full_name ?? '',
                  email: known(picked?.email),
                  phone: known(picked?.phone),
                })
              }
            />
          )}
          <Group gap="sm" align="flex-start" grow>
            <TextInput
              label={t('form.name')}
              required
              maxLength={200}
              {...form.getInputProps('name')}
            />
            <TextInput
              label={t('form.email')}
              type="email"
              required
              maxLength={254}
              {...form.getInputProps('email')}
            />
          </Group>
          {type && type.questions.length > 0 && (
            <Stack gap="sm">
              {type.questions.map((question) => (
                <Answer
                  key={question.key}
                  question={question}
                  value={values.answers[question.key]}
                  error={form.errors[`answers.${question.key}`]}
                  onChange={(value) =>
                    form.setFieldValue('answers', { ...values.answers, [question.key]: value })
                  }
                />
              ))}
            </Stack>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => onClose()}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={submitting}>
              {values.starts_at
                ? t('form.bookAt', { when: momentIn(zone, values.starts_at) })
                : t('form.book')}
            </Button>
          </Group>
        </>
      )}
    </ApiForm>
  );
}

/** Books a meeting for somebody: kind, free time, person. */
export default function BookingDialog({ lead, onClose }: BookingDialogProps) {
  const { t } = useTranslation('booking');
  const { data, error, refetch } = useQuery(eventTypesQuery());
  const types = data?.filter(({ active, hosts }) => active && hosts.length > 0);
  return (
    <Modal
      opened
      size="lg"
      onClose={() => onClose()}
      title={lead ? t('titleWith', { name: lead.name }) : t('title')}
    >
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={10} />}
      {types?.length === 0 && (
        <EmptyState
          title={t('nothing.title')}
          compact
          action={<LinkAnchor to="/meetings/event-types">{t('nothing.to')}</LinkAnchor>}
        >
          {t('nothing.text')}
        </EmptyState>
      )}
      {types && types.length > 0 && (
        <BookingForm types={types} {...(lead ? { lead } : {})} onClose={onClose} />
      )}
    </Modal>
  );
}
