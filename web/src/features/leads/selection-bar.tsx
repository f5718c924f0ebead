import { Button, CloseButton, Group, Menu, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatNumber } from '@/app/format';
import type { Icon } from '@/app/icon-type';
import {
  IconDownload,
  IconFilter,
  IconFlag,
  IconGauge,
  IconGitMerge,
  IconSpeakerphone,
  IconTrash,
  IconUsers,
} from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { runBulk } from './bulk';
import { ExportItems } from './header-actions';
import classes from './leads.module.css';
import { MergeTwo } from './merge-two';
import { type BulkAction, journeysQuery, STATUSES, segmentsQuery, tagsQuery } from './queries';
import { type LeadsSearch, meant } from './search';
import { TagPick } from './tag-pick';

interface SelectionBarProps {
  ids: ReadonlySet<string>;
  total: { value: number; exact: boolean } | null | undefined;
  search: LeadsSearch;
  onClear: () => void;
}

type Parameters = Schema<'BulkParameters'>;

interface Choice {
  value: string;
  label: string;
}

/** A button that asks which one. */
function Pick({
  label,
  icon: Picture,
  choices,
  onPick,
}: {
  label: string;
  icon: Icon;
  choices: readonly Choice[];
  onPick: (value: string) => void;
}) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<Picture size={14} />}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.choices}>
        {choices.map((choice) => (
          <Menu.Item key={choice.value} onClick={() => onPick(choice.value)}>
            {choice.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The API exports no more ticked leads at once; all that match go by their filter. */
const EXPORTED_IDS = 150;
const NOBODY = 'nobody';

/** Bulk actions on the ticked leads, or on all that match. They run as jobs. */
export function SelectionBar({ ids, total, search, onClear }: SelectionBarProps) {
  const { t } = useTranslation('leads');
  const [everything, setEverything] = useState(false);
  const [merging, setMerging] = useState(false);
  const mayWrite = useMay('leads:write');
  const mayDelete = useMay('leads:delete');
  const mayExport = useMay('leads:export');
  const maySegment = useMay('segments:write');
  const mayLaunch = useMay('campaigns:launch');
  const members = useMembers();
  const tags = (useQuery(tagsQuery()).data ?? []).map(({ name }) => name);
  const segments = (useQuery({ ...segmentsQuery(), enabled: maySegment }).data ?? [])
    .filter((segment) => segment.kind === 'static')
    .map(({ id, name }) => ({ value: id, label: name }));
  const journeys = (useQuery({ ...journeysQuery(), enabled: mayLaunch }).data ?? [])
    .filter(({ takes_people }) => takes_people)
    .map(({ id, name }) => ({ value: id, label: name }));
  const count = everything && total ? total.value : ids.size;
  const more = everything && total && !total.exact ? '+' : '';
  const start = async (action: BulkAction, parameters: Parameters = {}) => {
    const which = everything ? { filter: {}, ...meant(search) } : { ids: [...ids] };
    const started = await runBulk('/api/v1/leads/bulk', {
      action,
      parameters,
      ...which,
    });
    if (!started) return;
    setEverything(false);
    onClear();
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('bulk.delete'),
      message: t('bulk.deleteText', { count, shown: formatNumber(count) + more }),
      confirm: t('bulk.delete'),
    });
    if (sure) await start('delete');
  };
  const pair = ids.size === 2 && !everything;
  const merge = async () => {
    const sure = await askConfirm({
      title: t('bulk.merge_duplicates'),
      message: t('bulk.mergeText', { count, shown: formatNumber(count) + more }),
      confirm: t('bulk.merge_duplicates'),
    });
    if (sure) await start('merge_duplicates', { by: ['email', 'name'] });
  };
  return (
    <Group className={classes.selection} gap="xs" role="region" aria-label={t('bulk.title')}>
      <CloseButton aria-label={t('bulk.clear')} onClick={onClear} />
      <Text size="sm" fw={500} aria-live="polite">
        {t('bulk.selected', { count, shown: formatNumber(count) + more })}
      </Text>
      {!everything && total && total.value > ids.size && (
        <Button variant="subtle" size="xs" onClick={() => setEverything(true)}>
          {t('bulk.all', { shown: formatNumber(total.value) + (total.exact ? '' : '+') })}
        </Button>
      )}
      {mayWrite && (
        <>
          <Pick
            label={t('bulk.assign')}
            icon={IconUsers}
            choices={[...members.options, { value: NOBODY, label: t('bulk.nobody') }]}
            onPick={(id) => void start('assign', { owner_id: id === NOBODY ? null : id })}
          />
          <Pick
            label={t('bulk.status')}
            icon={IconFlag}
            choices={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
            onPick={(status) => void start('status', { status: status as Parameters['status'] })}
          />
          <TagPick tags={tags} onPick={(tag) => void start('tag', { tags: [tag] })} />
        </>
      )}
      {maySegment && segments.length > 0 && (
        <Pick
          label={t('bulk.add_to_segment')}
          icon={IconFilter}
          choices={segments}
          onPick={(id) => void start('add_to_segment', { segment_id: id })}
        />
      )}
      {mayWrite && journeys.length > 0 && (
        <Pick
          label={t('bulk.add_to_journey')}
          icon={IconSpeakerphone}
          choices={journeys}
          onPick={(id) => void start('add_to_journey', { journey_id: id })}
        />
      )}
      {mayWrite && (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconGauge size={14} />}
          onClick={() => void start('score')}
        >
          {t('bulk.score')}
        </Button>
      )}
      {mayExport && (everything || ids.size <= EXPORTED_IDS) && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="default" size="xs" leftSection={<IconDownload size={14} />}>
              {t('export')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <ExportItems search={search} ids={everything ? undefined : [...ids]} />
          </Menu.Dropdown>
        </Menu>
      )}
      {(pair ? mayWrite : mayDelete && count > 2) && (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconGitMerge size={14} />}
          onClick={() => (pair ? setMerging(true) : void merge())}
        >
          {t(pair ? 'bulk.merge' : 'bulk.merge_duplicates')}
        </Button>
      )}
      {mayDelete && (
        <Button
          variant="default"
          size="xs"
          c="var(--mantine-color-red-text)"
          leftSection={<IconTrash size={14} />}
          onClick={() => void remove()}
        >
          {t('bulk.delete')}
        </Button>
      )}
      {merging && (
        <MergeTwo
          ids={[...ids]}
          onClose={(merged) => {
            setMerging(false);
            if (merged) onClear();
          }}
        />
      )}
    </Group>
  );
}
