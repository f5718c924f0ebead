import { Alert, Button, Group, SegmentedControl, Select, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { invalidatePaths } from '@/api/query-client';
import { formatDate, formatNumber } from '@/app/format';
import { IconInfoCircle } from '@/app/icons';
import { usePurposeName } from '@/components/sending/purpose-names';
import { toastError } from '@/components/toasts';
import {
  type ConsentFile,
  MEANINGS,
  type Meaning,
  type Options,
  post,
  withMeaning,
} from './consent-file';
import { RefusedLines } from './consent-import-result';
import { type ConsentsImported, PURPOSES } from './queries';

const UNUSED = 'unused';

interface PreviewProps {
  file: File;
  options: Options;
  read: ConsentFile;
  onRead: (options: Options, read: ConsentFile) => void;
  onBack: () => void;
  onDone: (result: ConsentsImported) => void;
}

interface ColumnsProps {
  read: ConsentFile;
  disabled: boolean;
  onChange: (column: string, meaning: Meaning | null) => void;
}

function Columns({ read, disabled, onChange }: ColumnsProps) {
  const { t } = useTranslation('privacy');
  return (
    <Table.ScrollContainer
      minWidth={280}
      type="native"
      tabIndex={0}
      role="region"
      aria-label={t('consents.columns')}
    >
      <Table fz="sm" verticalSpacing={6} layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('consents.column')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('consents.samples')}</Table.Th>
            <Table.Th w={{ base: 180, sm: 220 }}>{t('consents.means')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {read.columns.map(({ name, samples, means }) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Text size="sm" fw={500} className="tw-truncate" title={name}>
                  {name}
                </Text>
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Text size="sm" c="dimmed" className="tw-truncate" title={samples.join(', ')}>
                  {samples.join(', ') || '–'}
                </Text>
              </Table.Td>
              <Table.Td>
                <Select
                  aria-label={t('consents.meansNamed', { column: name })}
                  allowDeselect={false}
                  disabled={disabled}
                  data={[UNUSED, ...MEANINGS].map((value) => ({
                    value,
                    label: t(`consents.meaning.${value}`),
                  }))}
                  value={means ?? UNUSED}
                  onChange={(next) => onChange(name, next === UNUSED ? null : (next as Meaning))}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Lines({ read }: { read: ConsentFile }) {
  const { t } = useTranslation('privacy');
  const purposeName = usePurposeName();
  return (
    <Table.ScrollContainer
      minWidth={640}
      type="native"
      tabIndex={0}
      role="region"
      aria-label={t('consents.shown')}
    >
      <Table fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('suppression.address')}</Table.Th>
            <Table.Th>{t('consents.purpose')}</Table.Th>
            <Table.Th>{t('consents.state')}</Table.Th>
            <Table.Th>{t('consents.basis')}</Table.Th>
            <Table.Th>{t('consents.meaning.source')}</Table.Th>
            <Table.Th>{t('consents.meaning.date')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {read.shown.map((line) => (
            <Table.Tr key={line.line}>
              <Table.Td>{line.address}</Table.Td>
              <Table.Td>{purposeName(line.purpose)}</Table.Td>
              <Table.Td>{t(`consents.states.${line.state as 'granted'}`)}</Table.Td>
              <Table.Td>{t(`basis.${line.basis}`)}</Table.Td>
              <Table.Td>{line.source || '–'}</Table.Td>
              <Table.Td>{line.at ? formatDate(line.at) : t('consents.undated')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** What the file says, before anything is recorded. */
export function ConsentImportPreview(props: PreviewProps) {
  const { file, options, read, onRead, onBack, onDone } = props;
  const { t } = useTranslation('privacy');
  const [busy, setBusy] = useState<'read' | 'record'>();
  const again = async (next: Options) => {
    setBusy('read');
    try {
      onRead(next, await post<ConsentFile>('preview', file, next));
    } catch (reason) {
      toastError(t('consents.notRead'), reason);
    }
    setBusy(undefined);
  };
  const record = async () => {
    setBusy('record');
    try {
      const done = await post<ConsentsImported>('', file, options);
      await invalidatePaths(PURPOSES, '/api/v1/leads');
      onDone(done);
    } catch (reason) {
      toastError(t('consents.notRecorded'), reason);
      setBusy(undefined);
    }
  };
  const dated = read.columns.some(({ means }) => means === 'date');
  return (
    <>
      <Columns
        read={read}
        disabled={busy !== undefined}
        onChange={(column, meaning) => void again(withMeaning(read, options, column, meaning))}
      />
      {dated && (
        <Group gap="sm">
          <Text size="sm" id="consent-dates">
            {t('consents.dates')}
          </Text>
          <SegmentedControl
            size="xs"
            aria-labelledby="consent-dates"
            disabled={busy !== undefined}
            data={(['found', 'day_first', 'month_first'] as const).map((value) => ({
              value,
              label: t(`consents.order.${value}`),
            }))}
            value={options.dates ?? 'found'}
            onChange={(value) => {
              const { dates: _, ...rest } = options;
              void again(
                value === 'found' ? rest : { ...rest, dates: value as 'day_first' | 'month_first' },
              );
            }}
          />
        </Group>
      )}
      <Text size="sm" fw={600} role="status">
        {t('consents.found', { count: read.good, shown: formatNumber(read.good) })}
        {read.repeated > 0 &&
          ` · ${t('import.repeated', { count: read.repeated, shown: formatNumber(read.repeated) })}`}
      </Text>
      {read.shown.length > 0 && <Lines read={read} />}
      {read.bad > 0 && (
        <RefusedLines file={file} options={options} bad={read.bad} refused={read.refused} />
      )}
      <Alert color="blue" icon={<IconInfoCircle size={16} />}>
        <Stack gap={4}>
          <Text size="sm">{t('consents.noUndo')}</Text>
          <Text size="sm">{t('consents.noLift')}</Text>
        </Stack>
      </Alert>
      <Group justify="space-between">
        <Button variant="default" onClick={onBack} disabled={busy === 'record'}>
          {t('consents.back')}
        </Button>
        <Button
          loading={busy !== undefined}
          disabled={read.good === 0}
          onClick={() => void record()}
        >
          {t('consents.record', { count: read.good, shown: formatNumber(read.good) })}
        </Button>
      </Group>
    </>
  );
}
