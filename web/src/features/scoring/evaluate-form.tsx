import {
  Alert,
  Autocomplete,
  Button,
  Card,
  FileInput,
  Group,
  MultiSelect,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { columnsOf } from './csv-head';
import { EVALUATIONS, type Evaluation } from './queries';

const KINDS = '.csv,.tsv,.txt,.xlsx';

/** Two files (or one), what their columns mean, and off it goes. */
export function EvaluateForm({ onStarted }: { onStarted: (id: string) => void }) {
  const { t } = useTranslation('scoring');
  const [train, setTrain] = useState<File | null>(null);
  const [test, setTest] = useState<File | null>(null);
  const [columns, setColumns] = useState<string[]>([]);
  const [target, setTarget] = useState('');
  const [positive, setPositive] = useState('');
  const [id, setId] = useState('');
  const [orderBy, setOrderBy] = useState('');
  const [exclude, setExclude] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const choose = async (file: File | null) => {
    setTrain(file);
    setColumns(file ? [...new Set(await columnsOf(file))] : []);
  };
  const complete = train && target && positive && id;
  const start = async () => {
    if (!train) return;
    setBusy(true);
    setProblem(undefined);
    const body = new FormData();
    body.append('train', train);
    if (test) body.append('test', test);
    const options = { target, positive, id, exclude, order_by: orderBy || null };
    body.append('options', JSON.stringify(options));
    try {
      const made = await request<Evaluation>('post', EVALUATIONS, { body });
      await invalidatePaths(EVALUATIONS);
      onStarted(made.id);
    } catch (reason) {
      const failure = toApiError(reason);
      setProblem(failure.detail || failure.title);
    }
    setBusy(false);
  };
  const column = { data: columns, maxLength: 300 };
  return (
    <Card component="section" aria-labelledby="evaluate-files">
      <Stack gap="md">
        <div>
          <Title order={2} size="h3" id="evaluate-files">
            {t('evaluate.files')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('evaluate.filesText')}
          </Text>
        </div>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <FileInput
            label={t('evaluate.train')}
            description={t('evaluate.trainText')}
            placeholder={t('evaluate.choose')}
            accept={KINDS}
            clearable
            required
            value={train}
            onChange={(file) => void choose(file)}
          />
          <FileInput
            label={t('evaluate.test')}
            description={t('evaluate.testText')}
            placeholder={t('evaluate.choose')}
            accept={KINDS}
            clearable
            value={test}
            onChange={setTest}
          />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Autocomplete
            label={t('evaluate.target')}
            description={t('evaluate.targetText')}
            required
            {...column}
            value={target}
            onChange={setTarget}
          />
          <TextInput
            label={t('evaluate.positive')}
            description={t('evaluate.positiveText')}
            required
            maxLength={300}
            value={positive}
            onChange={(event) => setPositive(event.currentTarget.value)}
          />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Autocomplete
            label={t('evaluate.id')}
            description={t('evaluate.idText')}
            required
            {...column}
            value={id}
            onChange={setId}
          />
          <Autocomplete
            label={t('evaluate.order')}
            description={t('evaluate.orderText')}
            {...column}
            value={orderBy}
            onChange={setOrderBy}
          />
        </SimpleGrid>
        {columns.length > 0 ? (
          <MultiSelect
            label={t('evaluate.exclude')}
            description={t('evaluate.excludeText')}
            searchable
            clearable
            data={columns}
            value={exclude}
            onChange={setExclude}
          />
        ) : (
          <TagsInput
            label={t('evaluate.exclude')}
            description={t('evaluate.excludeText')}
            value={exclude}
            onChange={setExclude}
          />
        )}
        {problem && (
          <Alert color="red" title={t('evaluate.notStarted')}>
            {problem}
          </Alert>
        )}
        <Group>
          <Button disabled={!complete} loading={busy} onClick={() => void start()}>
            {t('evaluate.start')}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}
