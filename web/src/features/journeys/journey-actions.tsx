import { Alert, Button, Group, List, Menu, Popover, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber } from '@/app/format';
import {
  IconAlertTriangle,
  IconDots,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
} from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { FormDialog } from '@/components/form-dialog';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './builder.module.css';
import { JOURNEYS, type Journey, type Problem } from './queries';
import type { JourneyEditing } from './use-journey-draft';

const route = getRouteApi('/_app/journeys/$journeyId');

type Turn = 'pause' | 'resume' | 'stop';

/** All that is wrong with the draft; each line opens its step. */
function Problems({ problems }: { problems: Problem[] }) {
  const { t } = useTranslation('journeys');
  const navigate = route.useNavigate();
  if (problems.length === 0) return null;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return (
    <Popover width={360} position="bottom-end">
      <Popover.Target>
        <Button
          variant="subtle"
          color={errors > 0 ? 'red' : 'yellow'}
          leftSection={<IconAlertTriangle size={16} />}
        >
          {t('problems.count', { count: problems.length })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <List size="sm" className={classes.problems} spacing={4}>
          {problems.map(({ code, node, port, field, message }) => (
            <List.Item key={`${code}${node}${port}${field}`}>
              {node ? (
                <Button
                  variant="subtle"
                  size="compact-sm"
                  styles={{ label: { whiteSpace: 'normal', textAlign: 'start' } }}
                  h="auto"
                  onClick={() => void navigate({ search: { step: node } })}
                >
                  {message}
                </Button>
              ) : (
                message
              )}
            </List.Item>
          ))}
        </List>
      </Popover.Dropdown>
    </Popover>
  );
}

function LaunchDialog({ journey, onClose }: { journey: Journey; onClose: () => void }) {
  const { t } = useTranslation('journeys');
  const navigate = route.useNavigate();
  const form = useForm({ initialValues: { note: '' } });
  const first = journey.state === 'draft' || journey.state === 'stopped';
  const way = first ? 'launch' : 'publish';
  const people = formatNumber(journey.audience_estimate);
  return (
    <FormDialog
      title={t(`${way}.title`, { name: journey.name })}
      form={form}
      submit={t(`${way}.do`)}
      disabled={first && journey.rehearsal_needed}
      onClose={onClose}
      onSubmit={async ({ note }) => {
        await request('post', `${JOURNEYS}/${journey.id}/${way}`, {
          body: { note: note.trim() },
          version: journey.version,
        });
        await invalidatePaths(JOURNEYS);
        toastSuccess(t(`${way}.done`, { name: journey.name }));
        onClose();
      }}
    >
      <Text size="sm">
        {first
          ? t('launch.text', { count: journey.audience_estimate, shown: people })
          : t('publish.text', { count: journey.people.waiting })}
      </Text>
      {first && journey.rehearsal_needed && (
        <Alert color="yellow" icon={<IconAlertTriangle size={18} />} title={t('launch.rehearse')}>
          <Text size="sm" mb="xs">
            {t('launch.rehearseText')}
          </Text>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              onClose();
              void navigate({ search: { tab: 'rehearsal' } });
            }}
          >
            {t('launch.toRehearsal')}
          </Button>
        </Alert>
      )}
      <TextInput
        label={t('publish.note')}
        placeholder={t('publish.example')}
        maxLength={200}
        data-autofocus
        {...form.getInputProps('note')}
      />
    </FormDialog>
  );
}

/** What is wrong, and the buttons that let a journey run, rest or end. */
export function JourneyActions({ journey, draft }: { journey: Journey; draft: JourneyEditing }) {
  const { t } = useTranslation('journeys');
  const [launching, setLaunching] = useState(false);
  const mayLaunch = useMay('campaigns:launch');
  const { state, problems } = journey;
  const blocked = problems.some(({ severity }) => severity === 'error');
  const running = state === 'live' || state === 'paused';
  const turn = async (way: Turn) => {
    if (way === 'stop') {
      const sure = await askConfirm({
        title: t('stop.title'),
        message: t('stop.text', { name: journey.name, count: journey.people.waiting }),
        confirm: t('stop.do'),
      });
      if (!sure) return;
    }
    try {
      await request('post', `${JOURNEYS}/${journey.id}/${way}`);
      toastSuccess(t(`${way}.done`, { name: journey.name }));
    } catch (reason) {
      toastError(t(`${way}.failed`), reason);
    }
    await invalidatePaths(JOURNEYS);
  };
  return (
    <Group gap="xs">
      <Problems problems={problems} />
      {mayLaunch && running && (
        <Menu>
          <Menu.Target>
            <Button variant="default" px="sm" aria-label={t('more', { name: journey.name })}>
              <IconDots size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {state === 'live' ? (
              <Menu.Item
                leftSection={<IconPlayerPause size={16} />}
                onClick={() => void turn('pause')}
              >
                {t('pause.do')}
              </Menu.Item>
            ) : (
              <Menu.Item
                leftSection={<IconPlayerPlay size={16} />}
                onClick={() => void turn('resume')}
              >
                {t('resume.do')}
              </Menu.Item>
            )}
            <Menu.Item
              color="red"
              leftSection={<IconPlayerStop size={16} />}
              onClick={() => void turn('stop')}
            >
              {t('stop.do')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {mayLaunch && (
        <Button
          disabled={blocked || (running && !journey.unpublished_changes)}
          onClick={() => void draft.flush().then((stored) => stored && setLaunching(true))}
        >
          {t(running ? 'publish.open' : 'launch.open')}
        </Button>
      )}
      {launching && <LaunchDialog journey={journey} onClose={() => setLaunching(false)} />}
    </Group>
  );
}
