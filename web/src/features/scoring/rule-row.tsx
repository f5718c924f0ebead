import {
  Badge,
  Button,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { IconChevronDown, IconChevronUp } from '@/app/icons';
import type { Condition } from '@/components/filter-bar/condition';
import { ConditionBuilder } from '@/components/filter-bar/condition-builder';
import { activityKindLabel } from '@/components/filter-bar/field-choices';
import { LoadingLines } from '@/components/page-states';
import { fieldsQuery, type PointRule } from './queries';
import classes from './scoring.module.css';

const TRAIT_VALUES = {
  seniority: ['owner', 'executive', 'director', 'manager', 'specialist', 'student'],
  email_kind: ['business', 'free'],
} as const;

const signed = (points: number) =>
  formatNumber(points, { signDisplay: 'exceptZero', maximumFractionDigits: 1 });

interface EditorProps {
  rule: PointRule;
  onChange: (rule: PointRule) => void;
}

function Details({ rule, onChange }: EditorProps) {
  const { t } = useTranslation('scoring');
  const { t: words } = useTranslation('components');
  const { data } = useQuery(fieldsQuery());
  if (!data) return <LoadingLines lines={3} />;
  switch (rule.kind) {
    case 'condition':
      return (
        <div className={classes.condition}>
          <ConditionBuilder
            value={rule.condition as unknown as Condition}
            fields={data.fields.filter((field) => field.group !== 'score')}
            activityKinds={data.activity_kinds}
            onChange={(condition) => onChange({ ...rule, condition: condition as never })}
          />
        </div>
      );
    case 'activity':
      return (
        <>
          <MultiSelect
            label={t('rules.activities')}
            searchable
            data={[...new Set([...data.activity_kinds, ...rule.activities])].map((kind) => ({
              value: kind,
              label: activityKindLabel(kind, words),
            }))}
            value={rule.activities}
            onChange={(activities) => activities.length > 0 && onChange({ ...rule, activities })}
          />
          <Group grow align="flex-start">
            <NumberInput
              label={t('rules.most')}
              min={1}
              max={100}
              allowDecimal={false}
              value={rule.most}
              onChange={(most) => typeof most === 'number' && onChange({ ...rule, most })}
            />
            <NumberInput
              label={t('rules.halfLife')}
              placeholder={t('rules.never')}
              min={1}
              max={3650}
              value={rule.half_life_days ?? ''}
              onChange={(days) =>
                onChange({ ...rule, half_life_days: typeof days === 'number' ? days : null })
              }
            />
          </Group>
        </>
      );
    case 'trait':
      return (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <Select
            label={t('rules.trait')}
            allowDeselect={false}
            data={(['seniority', 'email_kind'] as const).map((trait) => ({
              value: trait,
              label: t(`rules.traits.${trait}`),
            }))}
            value={rule.trait}
            onChange={(trait) => {
              const chosen = trait as keyof typeof TRAIT_VALUES;
              onChange({ ...rule, trait: chosen, values: [TRAIT_VALUES[chosen][0]] });
            }}
          />
          <MultiSelect
            label={t('rules.values')}
            data={TRAIT_VALUES[rule.trait].map((value) => ({
              value,
              label: t(`rules.traitValues.${value}`),
            }))}
            value={rule.values}
            onChange={(values) => values.length > 0 && onChange({ ...rule, values })}
          />
        </Group>
      );
    default:
      return (
        <Group grow align="flex-start">
          <Select
            label={t('rules.when')}
            allowDeselect={false}
            data={(['active_within', 'silent_for'] as const).map((when) => ({
              value: when,
              label: t(`rules.whens.${when}`),
            }))}
            value={rule.when}
            onChange={(when) => onChange({ ...rule, when: when as typeof rule.when })}
          />
          <NumberInput
            label={t('rules.days')}
            min={1}
            max={3650}
            allowDecimal={false}
            value={rule.days}
            onChange={(days) => typeof days === 'number' && onChange({ ...rule, days })}
          />
        </Group>
      );
  }
}

interface RuleRowProps extends EditorProps {
  groups: string[];
  learned: number | undefined;
  broken: boolean;
  open: boolean;
  readOnly: boolean;
  onToggle: () => void;
  onRemove: () => void;
}

/** One rule: its sentence and points; opened, everything about it. */
export function RuleRow(props: RuleRowProps) {
  const { rule, groups, learned, broken, open, readOnly, onToggle, onChange, onRemove } = props;
  const { t } = useTranslation('scoring');
  const stops = 'disqualifies' in rule && rule.disqualifies;
  const shifted = learned !== undefined && Math.abs(learned - rule.points) >= 0.1;
  const Chevron = open ? IconChevronUp : IconChevronDown;
  return (
    <li className={classes.rule}>
      <UnstyledButton
        className={classes.ruleHead}
        aria-expanded={readOnly ? undefined : open}
        disabled={readOnly}
        onClick={onToggle}
      >
        <span className={classes.main}>
          <Text span size="sm" fw={500}>
            {rule.name}
          </Text>{' '}
          {rule.group && <Badge color="gray">{rule.group}</Badge>}
          {broken && <Badge color="red">{t('rules.broken')}</Badge>}
          {shifted && !stops && (
            <Text span size="xs" c="dimmed">
              {t('rules.shifted', { points: signed(learned) })}
            </Text>
          )}
        </span>
        <Text span size="sm" fw={600} className="tw-number">
          {stops ? t('rules.stops') : signed(rule.points)}
        </Text>
        {!readOnly && <Chevron size={16} aria-hidden />}
      </UnstyledButton>
      {open && !readOnly && (
        <Stack gap="sm" pb="sm">
          <TextInput
            label={t('rules.name')}
            description={t('rules.nameText')}
            maxLength={120}
            value={rule.name}
            onChange={(event) => onChange({ ...rule, name: event.currentTarget.value })}
          />
          <Details rule={rule} onChange={onChange} />
          <Group grow align="flex-start">
            <NumberInput
              label={t(rule.kind === 'activity' ? 'rules.pointsEach' : 'rules.points')}
              min={-100}
              max={100}
              allowDecimal={false}
              disabled={stops}
              value={rule.points}
              onChange={(points) => typeof points === 'number' && onChange({ ...rule, points })}
            />
            <Select
              label={t('rules.group')}
              placeholder={t('rules.noGroup')}
              clearable
              disabled={groups.length === 0}
              data={groups}
              value={rule.group ?? null}
              onChange={(group) => onChange({ ...rule, group })}
            />
          </Group>
          <Group justify="space-between">
            {'disqualifies' in rule ? (
              <Switch
                label={t('rules.disqualifies')}
                checked={rule.disqualifies ?? false}
                onChange={(event) =>
                  onChange({ ...rule, disqualifies: event.currentTarget.checked } as PointRule)
                }
              />
            ) : (
              <span />
            )}
            <Button variant="subtle" color="red" size="compact-sm" onClick={onRemove}>
              {t('rules.remove')}
            </Button>
          </Group>
        </Stack>
      )}
    </li>
  );
}
