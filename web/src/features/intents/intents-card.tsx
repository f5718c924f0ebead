import { Badge, Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { toastError } from '@/components/toasts';
import { ExamplesPanel } from './examples-panel';
import classes from './intents.module.css';
import { labelOf } from './labels';
import { type Intent, SETS, type SetDetail, setPath } from './queries';

const route = getRouteApi('/_app/intents');

function NewIntent({ set, onAdded }: { set: SetDetail; onAdded: (label: string) => void }) {
  const { t } = useTranslation('intents');
  const [words, setWords] = useState('');
  const [busy, setBusy] = useState(false);
  const label = labelOf(words);
  const add = async () => {
    setBusy(true);
    try {
      await request<Intent>('post', `${setPath(set.id)}/intents`, { body: { label } });
      setWords('');
      await invalidatePaths(SETS);
      onAdded(label);
    } catch (reason) {
      toastError(t('intent.notAdded'), reason);
    }
    setBusy(false);
  };
  return (
    <Group
      component="form"
      gap="xs"
      align="flex-end"
      onSubmit={(event) => {
        event.preventDefault();
        if (label) void add();
      }}
    >
      <TextInput
        flex="1 1 160px"
        label={t('intent.new')}
        placeholder={t('intent.example')}
        maxLength={60}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Button
        type="submit"
        variant="default"
        leftSection={<IconPlus size={16} />}
        disabled={!label}
        loading={busy}
      >
        {t('intent.add')}
      </Button>
    </Group>
  );
}

/** The intents of a set; one of them is open with its examples. */
export function IntentsCard({ set }: { set: SetDetail }) {
  const { t } = useTranslation('intents');
  const mayWrite = useMay('intents:write');
  const { intent: open } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (label: string | undefined) =>
    void navigate({ search: { set: set.key, ...(label ? { intent: label } : {}) }, replace: true });
  return (
    <Card component="section" aria-labelledby="intents-list">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h3" id="intents-list">
            {t('intent.title')}
          </Title>
          <Text size="xs" c="dimmed">
            {set.description || t('intent.text')}
          </Text>
        </div>
        {set.items.length === 0 && <Text size="sm">{t('intent.none')}</Text>}
        <ul className={classes.rows}>
          {set.items.map((intent) => (
            <li key={intent.id} className={classes.row}>
              <div className={classes.main}>
                <button
                  type="button"
                  className={classes.intent}
                  aria-expanded={open === intent.label}
                  onClick={() => show(open === intent.label ? undefined : intent.label)}
                >
                  <span className={classes.label}>{intent.label}</span>
                  {intent.description && (
                    <Text component="span" display="block" size="xs" c="dimmed">
                      {intent.description}
                    </Text>
                  )}
                </button>
              </div>
              <Group gap={4}>
                <Badge variant="light" color={intent.examples < 3 ? 'orange' : 'gray'}>
                  {t('intent.examples', { count: intent.examples })}
                </Badge>
                {intent.negatives > 0 && (
                  <Badge variant="outline" color="gray">
                    {t('intent.negatives', { count: intent.negatives })}
                  </Badge>
                )}
              </Group>
              {open === intent.label && (
                <div className={classes.open}>
                  <ExamplesPanel set={set} intent={intent} onGone={() => show(undefined)} />
                </div>
              )}
            </li>
          ))}
        </ul>
        {mayWrite && <NewIntent set={set} onAdded={show} />}
      </Stack>
    </Card>
  );
}
