import {
  Button,
  Card,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Slider,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { formatPercent } from '@/app/format';
import { useLeaveGuard } from '@/components/api-form';
import { toastError, toastSuccess } from '@/components/toasts';
import { PreviewCard } from './preview-card';
import { featuresQuery, type RuleSet, type Settings, type Setup, setupPath } from './queries';
import { RulesCard } from './rules-card';
import classes from './scoring.module.css';
import { MODES, TARGETS } from './setup-words';
import { ThresholdField } from './threshold-card';
import { TryCard } from './try-card';

/** Settings as the server sends them: with nothing left out. */
export type FullSettings = Required<Settings> & { rules: Required<RuleSet> };

interface PartProps {
  value: FullSettings;
  readOnly: boolean;
  onChange: (part: Partial<FullSettings>) => void;
}

function Basics({ value, readOnly, onChange }: PartProps) {
  const { t } = useTranslation('scoring');
  const features = useQuery(featuresQuery()).data?.items ?? [];
  const known = features.map(({ name, label }) => ({ value: name, label }));
  const unknown = value.excluded.filter((name) => !known.some((item) => item.value === name));
  return (
    <Card component="section" aria-labelledby="setup-basics">
      <Stack gap="md">
        <Title order={2} size="h3" id="setup-basics">
          {t('setup.basics')}
        </Title>
        <TextInput
          label={t('setup.name')}
          maxLength={120}
          required
          readOnly={readOnly}
          value={value.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <Select
            label={t('setup.target')}
            description={t(`targetText.${value.target}`)}
            allowDeselect={false}
            disabled={readOnly}
            data={TARGETS.map((target) => ({ value: target, label: t(`target.${target}`) }))}
            value={value.target}
            onChange={(target) => onChange({ target: target as FullSettings['target'] })}
          />
          <NumberInput
            label={t('setup.horizon')}
            description={t(`horizonText.${value.target}`)}
            min={1}
            max={730}
            allowDecimal={false}
            disabled={readOnly}
            value={value.horizon_days ?? ''}
            onChange={(days) => onChange({ horizon_days: typeof days === 'number' ? days : null })}
          />
        </Group>
        <Select
          label={t('setup.mode')}
          description={t(`modeText.${value.mode}`)}
          allowDeselect={false}
          disabled={readOnly}
          data={MODES.map((mode) => ({ value: mode, label: t(`mode.${mode}`) }))}
          value={value.mode}
          onChange={(mode) => onChange({ mode: mode as FullSettings['mode'] })}
        />
        {value.mode === 'blend' && (
          <div>
            <Group justify="space-between">
              <Text size="sm">{t('setup.share')}</Text>
              <Text size="sm" fw={600} className="tw-number">
                {formatPercent(value.model_share)}
              </Text>
            </Group>
            <Slider
              thumbLabel={t('setup.share')}
              min={0.05}
              max={0.95}
              step={0.05}
              label={formatPercent}
              disabled={readOnly}
              value={value.model_share}
              onChange={(share) => onChange({ model_share: Math.round(share * 100) / 100 })}
            />
          </div>
        )}
        {value.mode === 'gate' && (
          <NumberInput
            label={t('setup.gate')}
            description={t('setup.gateText')}
            min={0}
            max={100}
            allowDecimal={false}
            disabled={readOnly}
            value={value.gate_points}
            onChange={(points) => typeof points === 'number' && onChange({ gate_points: points })}
          />
        )}
        <MultiSelect
          label={t('setup.excluded')}
          description={t('setup.excludedText')}
          searchable
          clearable
          disabled={readOnly}
          data={[...known, ...unknown.map((name) => ({ value: name, label: name }))]}
          value={value.excluded}
          onChange={(excluded) => onChange({ excluded })}
        />
        <Switch
          label={t('setup.learn')}
          description={t('setup.learnText')}
          disabled={readOnly}
          checked={value.learn_points}
          onChange={(event) => onChange({ learn_points: event.currentTarget.checked })}
        />
      </Stack>
    </Card>
  );
}

interface SetupFormProps {
  setup: Setup;
  /** A hot threshold brought along from the overview. */
  startRate?: number | undefined;
  readOnly: boolean;
}

/** Everything about one score, with what a change would do beside it. */
export function SetupForm({ setup, startRate, readOnly }: SetupFormProps) {
  const { t } = useTranslation('scoring');
  const stored = setup.settings as FullSettings;
  const [value, setValue] = useState<FullSettings>({
    ...stored,
    ...(startRate !== undefined && { hot_false_positive_rate: startRate }),
  });
  const [saving, setSaving] = useState(false);
  const dirty = !readOnly && JSON.stringify(value) !== JSON.stringify(stored);
  useLeaveGuard(dirty && !saving);
  const change = (part: Partial<FullSettings>) => setValue((old) => ({ ...old, ...part }));
  const save = async () => {
    setSaving(true);
    try {
      await request('put', setupPath(setup.key), { body: value, version: setup.version });
      toastSuccess(t('setup.saved', { name: value.name }));
      await invalidatePaths('/api/v1/scoring', '/api/v1/jobs');
    } catch (reason) {
      const [problem] = Object.values(toApiError(reason).fields);
      toastError(problem ?? t('setup.notSaved'), reason);
    }
    setSaving(false);
  };
  const part = { value, readOnly, onChange: change };
  return (
    <div className={classes.columns}>
      <div>
        <Basics {...part} />
        {value.mode !== 'rules' && (
          <Card component="section" aria-labelledby="setup-threshold">
            <Stack gap="md">
              <Title order={2} size="h3" id="setup-threshold">
                {t('threshold.title')}
              </Title>
              <ThresholdField
                setupKey={setup.key}
                value={value.hot_false_positive_rate}
                {...(!readOnly && {
                  onChange: (rate: number) => change({ hot_false_positive_rate: rate }),
                })}
              />
            </Stack>
          </Card>
        )}
        <RulesCard
          rules={value.rules}
          learned={setup.learned}
          broken={setup.broken_rules}
          readOnly={readOnly}
          onChange={(rules) => change({ rules })}
        />
      </div>
      <div className={classes.beside}>
        {!readOnly && (
          <PreviewCard setup={setup} settings={value} dirty={dirty}>
            <Button
              variant="default"
              disabled={!dirty}
              loading={saving}
              onClick={() => void save()}
            >
              {t('setup.save')}
            </Button>
            <Button variant="subtle" disabled={!dirty} onClick={() => setValue(stored)}>
              {t('setup.undo')}
            </Button>
          </PreviewCard>
        )}
        {!readOnly && <TryCard setupKey={setup.key} rules={value.rules} />}
      </div>
    </div>
  );
}
