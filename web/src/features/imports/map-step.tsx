import {
  Alert,
  Badge,
  Button,
  Group,
  MultiSelect,
  Select,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { queryClient } from '@/api/query-client';
import { formatPercent } from '@/app/format';
import { IconInfoCircle } from '@/app/icons';
import { toastError } from '@/components/toasts';
import classes from './imports.module.css';
import {
  type Choice,
  clashes,
  type FieldKind,
  IGNORE,
  initialChoices,
  KINDS,
  mappingBody,
  matchKeys,
  NEW,
} from './mapping';
import {
  customFieldsQuery,
  type Import,
  importQuery,
  type Suggestion,
  targetsQuery,
} from './queries';

const SURE = 0.8;

function Confidence({ suggestion }: { suggestion: Suggestion }) {
  const { t } = useTranslation('imports');
  const sure = suggestion.confidence >= SURE;
  return (
    <Tooltip label={suggestion.reason} multiline maw={320}>
      <Badge color={sure ? 'green' : 'yellow'} tabIndex={0}>
        {t(sure ? 'map.sure' : 'map.check', { share: formatPercent(suggestion.confidence) })}
      </Badge>
    </Tooltip>
  );
}

interface RowProps {
  choice: Choice;
  suggestion: Suggestion;
  options: { group: string; items: { value: string; label: string }[] }[];
  clash: boolean;
  onChange: (next: Choice) => void;
}

function ColumnRow({ choice, suggestion, options, clash, onChange }: RowProps) {
  const { t } = useTranslation('imports');
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500} className={classes.source}>
        {choice.source}
        <Text size="xs" c="dimmed" lineClamp={2}>
          {suggestion.samples.slice(0, 3).join(' · ') || t('map.allEmpty')}
        </Text>
      </Table.Th>
      <Table.Td>
        <Select
          aria-label={t('map.target', { column: choice.source })}
          data={options}
          value={choice.target}
          searchable
          error={clash ? t('map.clash') : undefined}
          onChange={(target) => target && onChange({ ...choice, target })}
        />
        {choice.target === NEW && (
          <Group gap="xs" mt={4} wrap="nowrap" className={classes.field}>
            <TextInput
              size="xs"
              aria-label={t('map.nameOf', { column: choice.source })}
              value={choice.label}
              maxLength={80}
              error={!choice.label.trim() && t('map.nameMissing')}
              onChange={(event) => onChange({ ...choice, label: event.currentTarget.value })}
            />
            <Select
              size="xs"
              aria-label={t('map.kindOf', { column: choice.source })}
              value={choice.kind}
              data={KINDS.map((value) => ({ value, label: t(`map.kind.${value}`) }))}
              onChange={(kind) => kind && onChange({ ...choice, kind: kind as FieldKind })}
            />
          </Group>
        )}
      </Table.Td>
      <Table.Td>
        <Confidence suggestion={suggestion} />
      </Table.Td>
      <Table.Td>
        {choice.target === NEW && (
          <Stack gap={2}>
            <Switch
              size="sm"
              label={t('map.score')}
              aria-label={t('map.scoreOf', { column: choice.source })}
              checked={choice.usedForScoring}
              onChange={(event) =>
                onChange({ ...choice, usedForScoring: event.currentTarget.checked })
              }
            />
            {suggestion.scoring_reason && (
              <Text size="xs" c="dimmed">
                {suggestion.scoring_reason}
              </Text>
            )}
          </Stack>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** Which column becomes which field; suggestions are filled in and explained. */
export function MapStep({ entry, onDone }: { entry: Import; onDone: () => void }) {
  const { t } = useTranslation('imports');
  const targets = useQuery(targetsQuery()).data;
  const custom = useQuery(customFieldsQuery()).data;
  const [choices, setChoices] = useState(() => initialChoices(entry));
  const [duplicates, setDuplicates] = useState(entry.mapping?.duplicates ?? 'skip');
  const [badCells, setBadCells] = useState(entry.mapping?.bad_cells ?? 'reject');
  // Undefined: by every key the columns fill.
  const [chosenKeys, setChosenKeys] = useState<string[]>();
  const keys = matchKeys(choices);
  const matchOn = keys.filter((key) => chosenKeys?.includes(key) ?? true);
  const [saving, setSaving] = useState(false);
  const nameless = choices.some(({ target, label }) => target === NEW && !label.trim());
  const twice = clashes(choices);
  const suggestions = useMemo(
    () => new Map(entry.suggestions.map((suggestion) => [suggestion.source, suggestion])),
    [entry.suggestions],
  );
  const options = useMemo(
    () => [
      {
        group: t('map.other'),
        items: [
          { value: NEW, label: t('map.new') },
          { value: IGNORE, label: t('map.ignore') },
        ],
      },
      {
        group: t('map.standard'),
        items: (targets ?? []).map(({ key, label }) => ({ value: key, label })),
      },
      {
        group: t('map.own'),
        items: (custom ?? []).map(({ key, label }) => ({ value: `custom.${key}`, label })),
      },
    ],
    [t, targets, custom],
  );
  const save = async () => {
    setSaving(true);
    try {
      const body = mappingBody(entry, choices, {
        duplicates,
        bad_cells: badCells,
        match_on: matchOn,
      });
      const saved = await request<Import>('put', `/api/v1/imports/${entry.id}/mapping`, { body });
      queryClient.setQueryData(importQuery(entry.id).queryKey, saved);
      onDone();
    } catch (reason) {
      toastError(t('map.notSaved'), reason);
    }
    setSaving(false);
  };
  return (
    <Stack gap="md">
      {entry.same_file_as && (
        <Alert color="yellow" icon={<IconInfoCircle size={16} />} title={t('map.again')}>
          {t('map.againText', {
            name: entry.same_file_as.name,
            who: entry.same_file_as.created_by_name,
          })}
        </Alert>
      )}
      {entry.detected && entry.detected.notes.length > 0 && (
        <Alert color="blue" icon={<IconInfoCircle size={16} />}>
          {entry.detected.notes.join(' ')}
        </Alert>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={t('map.title')}>
        <Table fz="sm" verticalSpacing="xs" className={classes.mapping}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('map.column')}</Table.Th>
              <Table.Th scope="col">{t('map.becomes')}</Table.Th>
              <Table.Th scope="col">{t('map.confidence')}</Table.Th>
              <Table.Th scope="col">{t('map.scoring')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {choices.map((choice, index) => {
              const suggestion = suggestions.get(choice.source);
              return (
                suggestion && (
                  <ColumnRow
                    key={choice.source}
                    choice={choice}
                    suggestion={suggestion}
                    options={options}
                    clash={twice.has(choice.target)}
                    onChange={(next) =>
                      setChoices(choices.map((old, at) => (at === index ? next : old)))
                    }
                  />
                )
              );
            })}
          </Table.Tbody>
        </Table>
      </section>
      <Group align="flex-start" gap="md">
        <Select
          label={t('map.duplicates')}
          description={t('map.duplicatesText')}
          className={classes.choice}
          value={duplicates}
          onChange={(value) => value && setDuplicates(value)}
          data={(['skip', 'update', 'fill', 'create'] as const).map((value) => ({
            value,
            label: t(`map.policy.${value}`),
          }))}
        />
        <MultiSelect
          label={t('map.matchOn')}
          description={t('map.matchOnText')}
          className={classes.choice}
          value={matchOn}
          disabled={keys.length === 0}
          placeholder={matchOn.length === 0 ? t('map.matchNothing') : ''}
          onChange={setChosenKeys}
          data={keys.map((value) => ({ value, label: t(`map.key.${value}`) }))}
        />
        <Select
          label={t('map.badCells')}
          description={t('map.badCellsText')}
          className={classes.choice}
          value={badCells}
          onChange={(value) => value && setBadCells(value)}
          data={(['reject', 'empty'] as const).map((value) => ({
            value,
            label: t(`map.bad.${value}`),
          }))}
        />
      </Group>
      <Group justify="flex-end">
        <Button onClick={() => void save()} loading={saving} disabled={twice.size > 0 || nameless}>
          {t('map.next')}
        </Button>
      </Group>
    </Stack>
  );
}
