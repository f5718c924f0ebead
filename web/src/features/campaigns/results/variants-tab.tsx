import { Alert, Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconArrowsSplit2 } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { ArmsTable } from '@/components/journey/arms-table';
import { ChosenVariant } from '@/components/journey/chosen-variant';
import { EmptyState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import type { TabProps } from '../campaign-page';
import { CAMPAIGNS, type Campaign, type MessageVariants, templatesQuery } from '../queries';

function Test({ campaign, test }: { campaign: Campaign; test: MessageVariants }) {
  const { t } = useTranslation('campaigns');
  const mayLaunch = useMay('campaigns:launch');
  const templates = useQuery(templatesQuery()).data?.items ?? [];
  const { message, chosen, measure, method, reward_days } = test;
  const told = campaign.draft.messages.find(({ key }) => key === message)?.variants ?? [];
  const number = campaign.draft.messages.findIndex(({ key }) => key === message) + 1;
  const running = campaign.state === 'live' || campaign.state === 'paused';
  const nameOf = (variant: string) => {
    const one = told.find(({ key }) => key === variant);
    const mail = templates.find(({ id }) => id === one?.template_id);
    return (
      one?.name ||
      mail?.name ||
      one?.title ||
      t('content.variant', { letter: variant.toUpperCase() })
    );
  };
  const arms = test.arms.map((arm) => ({ ...arm, name: nameOf(arm.variant) }));
  const leader = arms.reduce(
    (best, arm) => ((arm.best ?? 0) > (best?.best ?? 0) ? arm : best),
    arms[0],
  );
  const choose = async (variant: string) => {
    const name = nameOf(variant);
    const sure = await askConfirm({
      title: t('variants.chooseTitle', { name }),
      message: t('variants.chooseText'),
      confirm: t('variants.choose'),
      danger: false,
    });
    if (!sure) return;
    try {
      await request('post', `${CAMPAIGNS}/${campaign.id}/variants/${message}/${variant}/choose`);
      toastSuccess(t('variants.done', { name }));
    } catch (reason) {
      toastError(t('variants.failed'), reason);
    }
    await invalidatePaths(CAMPAIGNS);
  };
  return (
    <SettingsCard
      title={t('content.message', { number })}
      description={t(`variants.${method}`, {
        measure: t(`measure.${measure}`),
        days: reward_days,
      })}
    >
      {chosen ? (
        <ChosenVariant
          chosen={chosen}
          name={nameOf(chosen.variant)}
          path={
            mayLaunch && running
              ? `${CAMPAIGNS}/${campaign.id}/variants/${message}/choice`
              : undefined
          }
        />
      ) : (
        leader?.best !== null &&
        leader !== undefined &&
        arms.some(({ rewarded }) => rewarded > 0) && (
          <Alert color="blue" p="sm">
            {t('variants.leader', {
              name: nameOf(leader.variant),
              chance: Math.round(100 * (leader.best ?? 0)),
            })}
          </Alert>
        )
      )}
      <ArmsTable
        arms={arms}
        reached={t(`measured.${measure}`)}
        {...(mayLaunch && running
          ? {
              action: (arm) =>
                !arm.holdout &&
                arm.variant !== chosen?.variant && (
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t('variants.chooseOf', { name: nameOf(arm.variant) })}
                    onClick={() => void choose(arm.variant)}
                  >
                    {t('variants.choose')}
                  </Button>
                ),
            }
          : {})}
      />
    </SettingsCard>
  );
}

/** How the variants of each message do, and the choice of one for everybody. */
export function VariantsTab({ campaign, results }: TabProps) {
  const { t } = useTranslation('campaigns');
  if (results.variants.length === 0) {
    return (
      <EmptyState icon={IconArrowsSplit2} title={t('variants.none')}>
        {t('variants.noneText')}
      </EmptyState>
    );
  }
  return (
    <Stack gap="md">
      {results.variants.map((test) => (
        <Test key={test.node} campaign={campaign} test={test} />
      ))}
    </Stack>
  );
}
