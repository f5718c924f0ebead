import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import {
  IconCopy,
  IconDots,
  IconDownload,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconTrash,
} from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { erase } from '@/components/item-actions';
import { toastError, toastSuccess } from '@/components/toasts';
import { CAMPAIGNS, type Campaign } from './queries';

type Turn = 'pause' | 'resume' | 'stop';

/** What can be done with a campaign: let it rest or go on, end it, run it again, take its people along. */
export function CampaignActions({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const navigate = useNavigate();
  const mayWrite = useMay('campaigns:write');
  const mayLaunch = useMay('campaigns:launch');
  const mayExport = useMay('leads:export');
  const { id, name, state } = campaign;
  const turn = async (way: Turn) => {
    if (way === 'stop') {
      const sure = await askConfirm({
        title: t(state === 'scheduled' ? 'callOff.title' : 'stop.title'),
        message: t(state === 'scheduled' ? 'callOff.text' : 'stop.text', { name }),
        confirm: t(state === 'scheduled' ? 'callOff.do' : 'stop.do'),
      });
      if (!sure) return;
    }
    try {
      await request('post', `${CAMPAIGNS}/${id}/${way}`);
      toastSuccess(t(`${way}.done`, { name }));
    } catch (reason) {
      toastError(t(`${way}.failed`), reason);
    }
    await invalidatePaths(CAMPAIGNS);
  };
  const copy = async () => {
    try {
      const made = await request<Campaign>('post', `${CAMPAIGNS}/${id}/duplicate`);
      await invalidatePaths(CAMPAIGNS);
      void navigate({ to: '/campaigns/$campaignId/edit', params: { campaignId: made.id } });
    } catch (reason) {
      toastError(t('copy.failed'), reason);
    }
  };
  const running = state === 'live' || state === 'paused';
  const begun = state !== 'draft' && state !== 'scheduled';
  return (
    <Group gap="xs">
      {begun && mayExport && (
        <Button
          component="a"
          variant="default"
          href={`${CAMPAIGNS}/${id}/people.csv`}
          download
          leftSection={<IconDownload size={16} />}
        >
          {t('page.export')}
        </Button>
      )}
      {mayLaunch && state === 'live' && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          onClick={() => void turn('pause')}
        >
          {t('pause.do')}
        </Button>
      )}
      {mayLaunch && state === 'paused' && (
        <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => void turn('resume')}>
          {t('resume.do')}
        </Button>
      )}
      {(mayWrite || mayLaunch) && (
        <Menu>
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={t('page.more', { name })}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {mayWrite && (
              <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => void copy()}>
                {t('copy.do')}
              </Menu.Item>
            )}
            {mayLaunch && (running || state === 'scheduled') && (
              <Menu.Item
                color="red"
                leftSection={<IconPlayerStop size={16} />}
                onClick={() => void turn('stop')}
              >
                {t(state === 'scheduled' ? 'callOff.do' : 'stop.do')}
              </Menu.Item>
            )}
            {mayWrite && !running && state !== 'scheduled' && (
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} />}
                onClick={() =>
                  void erase({
                    list: CAMPAIGNS,
                    item: campaign,
                    title: name,
                    remove: { title: t('delete.title'), text: t('delete.text', { name }) },
                    onGone: () => void navigate({ to: '/campaigns' }),
                  })
                }
              >
                {t('delete.do')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}
