import { Alert, Button, NumberInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime, formatNumber } from '@/app/format';
import { IconAlertTriangle, IconRocket } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { FormDialog } from '@/components/form-dialog';
import { LoadingLines } from '@/components/page-states';
import { toastSuccess } from '@/components/toasts';
import { CAMPAIGNS, type Campaign } from '../queries';
import { useOwnProblems } from './own-problems';
import { reachQuery } from './queries';

function LaunchDialog({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const { t } = useTranslation('campaigns');
  const navigate = useNavigate();
  const { name, draft, rehearsal } = campaign;
  const { data: reach } = useQuery({ ...reachQuery(campaign.id, draft), staleTime: 0 });
  const asked = reach?.confirm_people ?? null;
  const form = useForm({
    initialValues: { people: '' as number | string },
    validate: {
      people: (value) =>
        asked === null || value === asked
          ? null
          : t('launch.wrong', { count: asked, shown: formatNumber(asked) }),
    },
  });
  const later = draft.schedule.start === 'at' && draft.schedule.at;
  const rehearsed = rehearsal?.passed && rehearsal.fits_draft;
  const unready = reach?.rehearsal_needed && !rehearsed;
  return (
    <FormDialog
      title={t('launch.title', { name })}
      form={form}
      submit={t(later ? 'launch.plan' : 'launch.do')}
      disabled={!reach || Boolean(unready)}
      onClose={onClose}
      onSubmit={async () => {
        await request('post', `${CAMPAIGNS}/${campaign.id}/launch`, {
          body: { confirm_people: asked },
          version: campaign.version,
        });
        await invalidatePaths(CAMPAIGNS);
        toastSuccess(t(later ? 'launch.planned' : 'launch.done', { name }));
        void navigate({ to: '/campaigns/$campaignId', params: { campaignId: campaign.id } });
      }}
    >
      {!reach ? (
        <LoadingLines lines={2} />
      ) : (
        <>
          <Text size="sm">
            {later
              ? t('launch.textLater', {
                  count: reach.reachable,
                  shown: formatNumber(reach.reachable),
                  at: formatDateTime(later),
                })
              : t('launch.text', {
                  count: reach.reachable,
                  shown: formatNumber(reach.reachable),
                })}
          </Text>
          {unready && (
            <Alert color="yellow" icon={<IconAlertTriangle size={18} />}>
              {t('launch.rehearse')}
            </Alert>
          )}
          {asked !== null && (
            <NumberInput
              label={t('launch.confirm', { count: asked, shown: formatNumber(asked) })}
              hideControls
              allowDecimal={false}
              thousandSeparator
              data-autofocus
              {...form.getInputProps('people')}
            />
          )}
        </>
      )}
    </FormDialog>
  );
}

/** Lets the campaign run, once nothing keeps it from that. */
export function LaunchButton({
  campaign,
  flush,
}: {
  campaign: Campaign;
  flush: () => Promise<boolean>;
}) {
  const { t } = useTranslation('campaigns');
  const mayLaunch = useMay('campaigns:launch');
  const [open, setOpen] = useState(false);
  const own = useOwnProblems(campaign.draft);
  const blocked = [...campaign.problems, ...own].some(({ severity }) => severity === 'error');
  if (!mayLaunch) {
    return (
      <Text size="sm" c="dimmed">
        {t('launch.mayNot')}
      </Text>
    );
  }
  return (
    <>
      <Button
        leftSection={<IconRocket size={16} />}
        disabled={blocked}
        onClick={() => void flush().then((stored) => stored && setOpen(true))}
      >
        {t('launch.open')}
      </Button>
      {open && <LaunchDialog campaign={campaign} onClose={() => setOpen(false)} />}
    </>
  );
}
