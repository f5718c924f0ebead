import { Badge, Button, Group, Modal, Radio, Select, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatCountry, formatPercent } from '@/app/format';
import { useMembers } from '@/app/members';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess, toastUndo } from '@/components/toasts';
import { customFieldsQuery, type Lead, leadQuery } from '../queries';
import classes from './detail.module.css';
import { firstChoice, type MergeField, mergeFields, plainField } from './merge-fields';
import type { Duplicate, Merge } from './queries';

/** A lead to compare with; found as a duplicate, or picked by a person. */
type Candidate = Pick<Duplicate, 'id' | 'full_name' | 'email' | 'company_name'> &
  Partial<Pick<Duplicate, 'confidence' | 'reasons'>>;

type Choice = Record<string, 'mine' | 'other'>;

const PATHS = [
  '/api/v1/leads',
  '/api/v1/companies',
  '/api/v1/deals',
  '/api/v1/duplicates',
  '/api/v1/tasks',
];

/** Takes a merge back and says what stayed as it was edited since. */
export function useUndoMerge() {
  const { t } = useTranslation('leads/detail');
  return async (id: string) => {
    try {
      const undone = await request<Merge>('post', `/api/v1/merges/${id}/undo`);
      toastSuccess(
        undone.kept && undone.kept.length > 0
          ? t('merge.undoneKept', { fields: undone.kept.join(', ') })
          : t('merge.undone'),
      );
    } catch (reason) {
      toastError(t('merge.notUndone'), reason);
    }
    await invalidatePaths(...PATHS);
  };
}

function Side({
  name,
  value,
  checked,
  field,
  onChoose,
}: {
  name: string;
  value: string;
  checked: boolean;
  field: string;
  onChoose: () => void;
}) {
  const { t } = useTranslation('leads/detail');
  return (
    <Table.Td className={classes.side} data-chosen={checked || undefined}>
      <Radio
        name={`merge-${field}`}
        checked={checked}
        onChange={onChoose}
        label={value || t('merge.nothing')}
        aria-label={t('merge.keep', { field, value: value || t('merge.nothing'), name })}
      />
    </Table.Td>
  );
}

function Compare({
  lead,
  other,
  confidence,
  reasons,
  onDone,
  onClose,
}: {
  lead: Lead;
  other: Lead;
  confidence: number | undefined;
  reasons: string[];
  onDone: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('leads/detail');
  const { nameOf } = useMembers();
  const undo = useUndoMerge();
  const custom = useQuery(customFieldsQuery()).data;
  const fields = useMemo(() => {
    const show = (key: string, of: Lead) => {
      const text = plainField(key, of);
      if (key === 'owner_id') return nameOf(text);
      if (key === 'country') return formatCountry(text);
      return key === 'status' ? t(`leads:status.${text}`) : text;
    };
    return mergeFields(lead, other, custom ?? [], show);
  }, [lead, other, custom, nameOf, t]);
  const [chosen, setChosen] = useState<Choice>({});
  const [merging, setMerging] = useState(false);
  const choice: Choice = { ...firstChoice(fields), ...chosen };
  const label = (field: MergeField) =>
    field.key.startsWith('custom.') ? field.label : t(`mergeField.${field.label}`);
  const all = (side: 'mine' | 'other') =>
    setChosen(Object.fromEntries(fields.map(({ key }) => [key, side])));
  const merge = async () => {
    setMerging(true);
    try {
      const made = await request<Merge>('post', '/api/v1/leads/merge', {
        body: {
          winner_id: lead.id,
          loser_ids: [other.id],
          fields: Object.fromEntries(
            fields.map(({ key }) => [key, choice[key] === 'other' ? other.id : lead.id]),
          ),
        },
      });
      onDone();
      toastUndo(t('merge.done', { name: other.full_name || other.email }), () => undo(made.id));
      await invalidatePaths(...PATHS);
    } catch (reason) {
      toastError(t('merge.notDone'), reason);
      setMerging(false);
    }
  };
  return (
    <Stack gap="md">
      {confidence !== undefined && (
        <Group gap="xs">
          <Badge color="yellow">{t('merge.sure', { share: formatPercent(confidence) })}</Badge>
          <Text size="sm" c="dimmed">
            {reasons.join(' · ')}
          </Text>
        </Group>
      )}
      {fields.length === 0 ? (
        <Text size="sm">{t('merge.same')}</Text>
      ) : (
        <div className={classes.compare}>
          <Table fz="sm" layout="fixed">
            <caption className="tw-hidden">{t('merge.title')}</caption>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('merge.field')}</Table.Th>
                <Table.Th scope="col">
                  {t('merge.mine')}{' '}
                  <Button size="compact-xs" variant="subtle" onClick={() => all('mine')}>
                    {t('merge.all')}
                  </Button>
                </Table.Th>
                <Table.Th scope="col">
                  {t('merge.other')}{' '}
                  <Button size="compact-xs" variant="subtle" onClick={() => all('other')}>
                    {t('merge.all')}
                  </Button>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {fields.map((field) => (
                <Table.Tr key={field.key}>
                  <Table.Th scope="row" fw={500}>
                    {label(field)}
                  </Table.Th>
                  {(['mine', 'other'] as const).map((side) => (
                    <Side
                      key={side}
                      name={t(`merge.${side}`)}
                      field={label(field)}
                      value={field[side]}
                      checked={choice[field.key] === side}
                      onChoose={() => setChosen({ ...chosen, [field.key]: side })}
                    />
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <Text size="sm" c="dimmed">
        {t('merge.hint')}
      </Text>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button loading={merging} onClick={() => void merge()}>
          {t('merge.do')}
        </Button>
      </Group>
    </Stack>
  );
}

interface MergeDialogProps {
  lead: Lead;
  candidates: readonly Candidate[];
  opened: boolean;
  onClose: (merged: boolean) => void;
}

/** Two leads side by side; the person picks what to keep, field by field. */
export function MergeDialog({ lead, candidates, opened, onClose }: MergeDialogProps) {
  const { t } = useTranslation('leads/detail');
  const [picked, setPicked] = useState<string>();
  const candidate = candidates.find((item) => item.id === picked) ?? candidates[0];
  const {
    data: other,
    error,
    refetch,
  } = useQuery({
    ...leadQuery(candidate?.id ?? ''),
    enabled: opened && candidate !== undefined,
  });
  return (
    <Modal opened={opened} onClose={() => onClose(false)} title={t('merge.title')} size={800}>
      <Stack gap="md">
        {candidates.length > 1 && (
          <Select
            label={t('merge.with')}
            data={candidates.map((item) => ({
              value: item.id,
              label: [item.full_name, item.email, item.company_name].filter(Boolean).join(' · '),
            }))}
            value={candidate?.id ?? null}
            onChange={(id) => setPicked(id ?? undefined)}
          />
        )}
        {error && !other && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!other && !error && <LoadingLines lines={8} />}
        {other && candidate && (
          <Compare
            key={other.id}
            lead={lead}
            other={other}
            confidence={candidate.confidence}
            reasons={candidate.reasons?.map((reason) => reason.words) ?? []}
            onDone={() => onClose(true)}
            onClose={() => onClose(false)}
          />
        )}
      </Stack>
    </Modal>
  );
}
