import { Anchor, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastMade } from '@/components/toasts';
import { type Conversation, SUITES, suitesQuery } from './queries';

type Suite = { id: string; name: string; agent_id: string; agent_name: string };

interface TestDialogProps {
  conversation: Conversation;
  onClose: () => void;
}

function TestForm({ conversation, suites, onClose }: TestDialogProps & { suites: Suite[] }) {
  const { t } = useTranslation('inbox');
  const navigate = useNavigate();
  const likely = suites.find(({ agent_id }) => agent_id === conversation.agent_id) ?? suites[0];
  const form = useForm({ initialValues: { suite: likely?.id ?? null, name: '' } });
  return (
    <FormDialog
      title={t('test.title')}
      form={form}
      submit={t('test.add')}
      disabled={!form.values.suite}
      onClose={onClose}
      onSubmit={async ({ suite, name }) => {
        await request('post', `${SUITES}/${suite}/cases/from-conversation`, {
          body: { conversation_id: conversation.id, name: name.trim() || null },
        });
        await invalidatePaths(SUITES);
        onClose();
        const made = t('test.done', { suite: suites.find(({ id }) => id === suite)?.name });
        toastMade(made, t('test.show'), () =>
          navigate({
            to: '/agents/simulations/$suiteId',
            params: { suiteId: suite ?? '' },
            search: { tab: 'cases' },
          }),
        );
      }}
    >
      <Text size="sm">{t('test.text')}</Text>
      <Select
        label={t('test.suite')}
        placeholder={t('test.choose')}
        required
        allowDeselect={false}
        data={suites.map(({ id, name, agent_name }) => ({
          value: id,
          label: [name, agent_name].filter(Boolean).join(' · '),
        }))}
        {...form.getInputProps('suite')}
      />
      <TextInput
        label={t('test.name')}
        description={t('test.nameText')}
        maxLength={160}
        {...form.getInputProps('name')}
      />
    </FormDialog>
  );
}

/** Makes a conversation a test of an agent: to which suite, and by what name. */
export function TestDialog(props: TestDialogProps) {
  const { t } = useTranslation('inbox');
  const { data: suites, error, refetch } = useQuery(suitesQuery());
  if (suites && suites.length > 0) return <TestForm {...props} suites={suites} />;
  return (
    <Modal opened onClose={props.onClose} title={t('test.title')}>
      {error && !suites ? (
        <ErrorState error={error} compact onRetry={() => void refetch()} />
      ) : suites ? (
        <Stack gap="xs">
          <Text size="sm">{t('test.none')}</Text>
          <Anchor
            size="sm"
            renderRoot={(rest) => (
              <Link to="/agents/simulations" search={{ create: true }} {...rest} />
            )}
          >
            {t('test.make')}
          </Anchor>
        </Stack>
      ) : (
        <LoadingLines lines={3} />
      )}
    </Modal>
  );
}
