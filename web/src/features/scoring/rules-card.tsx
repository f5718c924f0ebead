import {
  ActionIcon,
  Button,
  Card,
  Group,
  Menu,
  NumberInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber } from '@/app/format';
import { IconPlus, IconTrash } from '@/app/icons';
import type { PointRule, RuleSet, Setup } from './queries';
import { RuleRow } from './rule-row';
import classes from './scoring.module.css';
import { freeKey, KINDS } from './setup-words';

type Rules = Required<RuleSet>;

const CUTS = ['start', 'cool', 'warm', 'hot'] as const;

function blank(kind: PointRule['kind'], name: string, taken: string[]): PointRule {
  const base = { id: freeKey(kind, taken), name, points: 5, group: null };
  switch (kind) {
    case 'activity':
      return { ...base, kind, activities: ['web.page_view'], most: 20, half_life_days: 30 };
    case 'trait':
      return { ...base, kind, trait: 'seniority', values: ['manager'], disqualifies: false };
    case 'recency':
      return { ...base, kind, when: 'active_within', days: 14 };
    default:
      return { ...base, kind: 'condition', condition: { all: [] }, disqualifies: false };
  }
}

interface RulesCardProps {
  rules: Rules;
  learned: Setup['learned'];
  broken: string[];
  readOnly: boolean;
  onChange: (rules: Rules) => void;
}

function Groups({
  rules,
  readOnly,
  onChange,
}: Pick<RulesCardProps, 'rules' | 'readOnly' | 'onChange'>) {
  const { t } = useTranslation('scoring');
  const add = () => {
    const names = rules.groups.map((group) => group.name);
    let number = names.length + 1;
    while (names.includes(t('rules.groupName', { number }))) number += 1;
    onChange({
      ...rules,
      groups: [...rules.groups, { name: t('rules.groupName', { number }), most: 20 }],
    });
  };
  const rename = (index: number, name: string) => {
    const before = rules.groups[index]?.name;
    onChange({
      ...rules,
      groups: rules.groups.map((group, place) => (place === index ? { ...group, name } : group)),
      rules: rules.rules.map((rule) => (rule.group === before ? { ...rule, group: name } : rule)),
    });
  };
  return (
    <Stack gap="xs">
      <Title order={3} size="sm">
        {t('rules.groups')}
      </Title>
      <Text size="xs" c="dimmed">
        {t('rules.groupsText')}
      </Text>
      {rules.groups.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names change while they are typed
        <Group key={index} gap="xs" wrap="nowrap">
          <TextInput
            className={classes.main}
            aria-label={t('rules.groupLabel')}
            maxLength={120}
            readOnly={readOnly}
            value={group.name}
            onChange={(event) => rename(index, event.currentTarget.value)}
          />
          <NumberInput
            w={100}
            aria-label={t('rules.groupMost', { name: group.name })}
            min={1}
            max={100}
            allowDecimal={false}
            readOnly={readOnly}
            value={group.most}
            onChange={(most) =>
              typeof most === 'number' &&
              onChange({
                ...rules,
                groups: rules.groups.map((one, place) =>
                  place === index ? { ...one, most } : one,
                ),
              })
            }
          />
          {!readOnly && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('rules.groupRemove', { name: group.name })}
              onClick={() =>
                onChange({
                  ...rules,
                  groups: rules.groups.filter((_, place) => place !== index),
                  rules: rules.rules.map((rule) =>
                    rule.group === group.name ? { ...rule, group: null } : rule,
                  ),
                })
              }
            >
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {!readOnly && (
        <Button
          variant="subtle"
          size="compact-sm"
          w="fit-content"
          leftSection={<IconPlus size={14} />}
          onClick={add}
        >
          {t('rules.groupAdd')}
        </Button>
      )}
    </Stack>
  );
}

/** The points: start, cuts of the bands, groups, and every rule. */
export function RulesCard({ rules, learned, broken, readOnly, onChange }: RulesCardProps) {
  const { t } = useTranslation('scoring');
  const [open, setOpen] = useState<string>();
  const points = new Map((learned?.points ?? []).map((point) => [point.rule, point.learned]));
  const change = (next: PointRule) =>
    onChange({ ...rules, rules: rules.rules.map((rule) => (rule.id === next.id ? next : rule)) });
  const add = (kind: PointRule['kind']) => {
    const rule = blank(
      kind,
      t(`rules.blank.${kind}`),
      rules.rules.map((one) => one.id),
    );
    onChange({ ...rules, rules: [rule, ...rules.rules] });
    setOpen(rule.id);
  };
  return (
    <Card component="section" aria-labelledby="setup-rules">
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Title order={2} size="h3" id="setup-rules">
              {t('rules.title')}
            </Title>
            <Text size="xs" c="dimmed">
              {t('rules.text')}
            </Text>
          </div>
          {!readOnly && (
            <Menu position="bottom-end">
              <Menu.Target>
                <Button
                  variant="default"
                  size="compact-sm"
                  flex="none"
                  leftSection={<IconPlus size={14} />}
                >
                  {t('rules.add')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {KINDS.map((kind) => (
                  <Menu.Item key={kind} onClick={() => add(kind)}>
                    {t(`rules.kind.${kind}`)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
        {learned && (
          <Text size="sm">
            {t('rules.learned', {
              outcomes: formatNumber(learned.outcomes),
              won: formatNumber(learned.won),
              date: formatDate(learned.at),
            })}
          </Text>
        )}
        <div className={classes.cuts}>
          {CUTS.map((cut) => (
            <NumberInput
              key={cut}
              label={t(`rules.${cut}`)}
              min={0}
              max={100}
              allowDecimal={false}
              readOnly={readOnly}
              value={rules[cut]}
              onChange={(value) =>
                typeof value === 'number' && onChange({ ...rules, [cut]: value })
              }
            />
          ))}
        </div>
        {rules.rules.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('rules.none')}
          </Text>
        )}
        <ul className={classes.rows}>
          {rules.rules.map((rule) => (
            <RuleRow
              key={rule.id}
              rule={rule}
              groups={rules.groups.map((group) => group.name)}
              learned={points.get(rule.id)}
              broken={broken.includes(rule.name)}
              open={open === rule.id}
              readOnly={readOnly}
              onToggle={() => setOpen(open === rule.id ? undefined : rule.id)}
              onChange={change}
              onRemove={() =>
                onChange({ ...rules, rules: rules.rules.filter((one) => one.id !== rule.id) })
              }
            />
          ))}
        </ul>
        <Groups rules={rules} readOnly={readOnly} onChange={onChange} />
      </Stack>
    </Card>
  );
}
