import {
  Alert,
  Button,
  CloseButton,
  Group,
  Menu,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconAlertTriangle, IconDots } from '@/app/icons';
import classes from './builder.module.css';
import { useEditing } from './editing';
import { connect, disconnect, portsOf, type Step } from './graph';
import { KINDS, portLabel } from './kinds';
import { PaceField } from './pace-field';
import { StepMenuItems } from './step-menu';
import { EnrolEditor, SendEditor, TaskEditor, UpdateEditor, WebhookEditor } from './steps/actions';
import type { EditorProps, Settings } from './steps/editor-props';
import { BranchEditor, SplitEditor } from './steps/flow';
import { ScoreWaitEditor, WaitEditor } from './steps/timing';
import { TriggerEditor } from './steps/trigger';

function SettingsOf({
  kind,
  ...props
}: EditorProps & { kind: Step['kind']; reset: (settings: Settings) => void }) {
  const { t } = useTranslation('journeys');
  switch (kind) {
    case 'trigger':
      return <TriggerEditor {...props} />;
    case 'wait':
      return <WaitEditor {...props} />;
    case 'score_wait':
      return <ScoreWaitEditor {...props} />;
    case 'branch':
      return <BranchEditor {...props} />;
    case 'split':
      return <SplitEditor {...props} />;
    case 'send':
      return <SendEditor {...props} />;
    case 'task':
      return <TaskEditor {...props} />;
    case 'update':
      return <UpdateEditor {...props} />;
    case 'webhook':
      return <WebhookEditor {...props} />;
    case 'enrol':
      return <EnrolEditor {...props} />;
    default:
      return (
        <Text size="sm" c="dimmed">
          {t(`kindText.${kind}`)}
        </Text>
      );
  }
}

/** Where each way out of a step leads, to be chosen without drawing. */
function Ways({ step }: { step: Step }) {
  const { t } = useTranslation('journeys');
  const { graph, change, readOnly, problems } = useEditing();
  const targets = graph.nodes
    .filter(({ id, kind }) => id !== step.id && kind !== 'trigger')
    .map(({ id, kind, name }) => ({ value: id, label: name || `${t(`kind.${kind}`)} (${id})` }));
  const ports = portsOf(step);
  if (ports.length === 0) return null;
  return (
    <Stack gap="xs">
      {ports.map(({ key, free }) => (
        <Select
          key={key}
          label={ports.length > 1 ? t('way.to', { port: portLabel(step, key, t) }) : t('way.next')}
          placeholder={t(free ? 'way.ends' : 'way.nowhere')}
          searchable
          clearable
          readOnly={readOnly}
          error={problems.find(({ node, port }) => node === step.id && port === key)?.message}
          data={targets}
          value={graph.edges.find(({ from, port }) => from === step.id && port === key)?.to ?? null}
          onChange={(to) =>
            change(to ? connect(graph, step.id, key, to) : disconnect(graph, step.id, key))
          }
        />
      ))}
    </Stack>
  );
}

/** Everything about the step that is open. */
export function Inspector({ step }: { step: Step }) {
  const { t } = useTranslation('journeys');
  const { graph, change, update, select, problems, readOnly } = useEditing();
  const own = problems.filter(({ node }) => node === step.id);
  const general = own.filter(({ field, port }) => !field && !port);
  const { icon: Icon } = KINDS[step.kind];
  const named = (field: string) => own.find((one) => !one.port && (one.field ?? '') === field);
  return (
    <section className={classes.inspector} aria-label={t('inspector')}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Group gap="xs" wrap="nowrap" miw={0}>
          <Icon size={18} aria-hidden />
          <Title order={2} size="h3" className={classes.truncate}>
            {t(`kind.${step.kind}`)}
          </Title>
        </Group>
        <Group gap={4} wrap="nowrap">
          {!readOnly && (
            <Menu>
              <Menu.Target>
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-sm"
                  aria-label={t('step.more', { name: step.name || t(`kind.${step.kind}`) })}
                >
                  <IconDots size={16} />
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <StepMenuItems step={step} />
              </Menu.Dropdown>
            </Menu>
          )}
          <CloseButton aria-label={t('inspectorClose')} onClick={() => select(undefined)} />
        </Group>
      </Group>
      {general.map(({ message, severity }) => (
        <Alert
          key={message}
          color={severity === 'error' ? 'red' : 'yellow'}
          icon={<IconAlertTriangle size={16} />}
          p="xs"
        >
          {message}
        </Alert>
      ))}
      <TextInput
        label={t('step.name')}
        placeholder={t(`kind.${step.kind}`)}
        maxLength={120}
        readOnly={readOnly}
        value={step.name}
        onChange={({ currentTarget }) => update({ ...step, name: currentTarget.value })}
      />
      <SettingsOf
        kind={step.kind}
        settings={step.settings}
        set={(changed) => update({ ...step, settings: { ...step.settings, ...changed } })}
        reset={(settings) => update({ ...step, settings })}
        problem={(field) => named(field)?.message}
        readOnly={readOnly}
      />
      {step.kind === 'trigger' && (
        <PaceField
          readOnly={readOnly}
          value={graph.settings?.pace ?? null}
          onChange={(pace) => change({ ...graph, settings: { ...graph.settings, pace } })}
        />
      )}
      <Ways step={step} />
    </section>
  );
}
