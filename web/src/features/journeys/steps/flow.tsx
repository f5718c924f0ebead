import {
  Button,
  Checkbox,
  CloseButton,
  Group,
  NumberInput,
  Select,
  Stack,
  TextInput,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconPlus } from '@/app/icons';
import type { Condition } from '@/components/filter-bar/condition';
import { ConditionField } from '@/components/journey/fields';
import type { Variant } from '../graph';
import type { EditorProps } from './editor-props';

const MOST_VARIANTS = 10;
const LETTERS = 'abcdefghij';

/** Who goes which way. */
export function BranchEditor({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  return (
    <ConditionField
      label={t('branch.condition')}
      description={t('branch.text')}
      readOnly={readOnly}
      error={problem('condition')}
      value={settings.condition as Condition}
      onChange={(condition) => set({ condition })}
    />
  );
}

/** Chance decides, by fixed shares or by what has worked. */
export function SplitEditor({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  const variants = (settings.variants ?? []) as Variant[];
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  const put = (index: number, change: Partial<Variant>) =>
    set({ variants: variants.map((one, at) => (at === index ? { ...one, ...change } : one)) });
  const free = [...LETTERS].find((letter) => !variants.some(({ key }) => key === letter));
  const adaptive = settings.method === 'adaptive';
  return (
    <>
      <Select
        label={t('split.method')}
        description={t(adaptive ? 'split.adaptiveText' : 'split.fixedText')}
        readOnly={readOnly}
        data={[
          { value: 'fixed', label: t('split.fixed') },
          { value: 'adaptive', label: t('split.adaptive') },
        ]}
        value={adaptive ? 'adaptive' : 'fixed'}
        onChange={(method) => set({ method })}
      />
      <Stack gap="sm" component="ul" m={0} p={0}>
        {variants.map((variant, index) => (
          <li key={variant.key} style={{ listStyle: 'none' }}>
            <Group gap={4} wrap="nowrap" align="flex-end">
              <TextInput
                label={t('variant', { key: variant.key.toUpperCase() })}
                placeholder={t('split.name')}
                flex={1}
                maxLength={120}
                readOnly={readOnly}
                value={variant.name}
                onChange={({ currentTarget }) => put(index, { name: currentTarget.value })}
              />
              <NumberInput
                aria-label={t('split.weightOf', { key: variant.key.toUpperCase() })}
                description={total > 0 ? `${Math.round((100 * variant.weight) / total)} %` : '–'}
                w={88}
                min={0}
                max={1000}
                readOnly={readOnly}
                value={variant.weight}
                onChange={(weight) => typeof weight === 'number' && put(index, { weight })}
              />
              {!readOnly && variants.length > 2 && (
                <CloseButton
                  size={36}
                  aria-label={t('split.remove', { key: variant.key.toUpperCase() })}
                  onClick={() => set({ variants: variants.filter((_, at) => at !== index) })}
                />
              )}
            </Group>
            <Checkbox
              mt={4}
              size="xs"
              label={t('split.holdout')}
              disabled={readOnly}
              checked={variant.holdout}
              onChange={({ currentTarget }) => put(index, { holdout: currentTarget.checked })}
            />
          </li>
        ))}
      </Stack>
      {problem('variants') && <span role="alert">{problem('variants')}</span>}
      {!readOnly && free && variants.length < MOST_VARIANTS && (
        <Button
          variant="default"
          size="xs"
          w="fit-content"
          leftSection={<IconPlus size={14} />}
          onClick={() =>
            set({ variants: [...variants, { key: free, name: '', weight: 50, holdout: false }] })
          }
        >
          {t('split.add')}
        </Button>
      )}
      {adaptive && (
        <>
          <NumberInput
            label={t('split.floor')}
            description={t('split.floorText')}
            suffix=" %"
            min={1}
            max={50}
            readOnly={readOnly}
            error={problem('floor')}
            value={Math.round(Number(settings.floor ?? 0.05) * 100)}
            onChange={(share) => typeof share === 'number' && set({ floor: share / 100 })}
          />
          <NumberInput
            label={t('split.rewardDays')}
            description={t('split.rewardDaysText')}
            min={1}
            max={90}
            allowDecimal={false}
            readOnly={readOnly}
            value={Number(settings.reward_days ?? 14)}
            onChange={(days) => typeof days === 'number' && set({ reward_days: days })}
          />
        </>
      )}
    </>
  );
}
