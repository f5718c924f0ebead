import { Button, Card, Checkbox, Group, MultiSelect, NumberInput, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { IconPlus, IconUsers } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Columns } from '@/components/editor';
import type { Condition } from '@/components/filter-bar/condition';
import { ConditionField } from '@/components/journey/fields';
import { LinkAnchor } from '@/components/link-anchor';
import { EmptyState } from '@/components/page-states';
import type { Audience } from '../draft';
import { segmentsQuery } from '../queries';
import { purposesQuery } from './queries';
import { ReachCard } from './reach-card';
import { SegmentDialog } from './segment-dialog';
import type { StepProps } from './step-props';
import classes from './wizard.module.css';

const RECENT_DAYS = 14;

function Segments({ draft, set, problem, readOnly }: StepProps) {
  const { t } = useTranslation('campaigns');
  const mayWrite = useMay('segments:write');
  const [making, setMaking] = useState(false);
  const { data } = useQuery(segmentsQuery());
  const { audience } = draft;
  const put = (change: Partial<Audience>) =>
    set({ audience: { ...audience, ...change } }, 'audience');
  const options = (data ?? []).map(({ id, name, member_count }) => ({
    value: id,
    label:
      member_count === null
        ? name
        : t('audience.option', { name, count: member_count, shown: formatNumber(member_count) }),
  }));
  const dialog = making && (
    <SegmentDialog
      onClose={(made) => {
        setMaking(false);
        if (made) put({ segments: [...audience.segments, made.id] });
      }}
    />
  );
  const add = mayWrite && !readOnly && (
    <Button
      variant={data?.length === 0 ? 'filled' : 'default'}
      size={data?.length === 0 ? 'sm' : 'xs'}
      w="fit-content"
      leftSection={<IconPlus size={16} />}
      onClick={() => setMaking(true)}
    >
      {t('audience.new')}
    </Button>
  );
  if (data?.length === 0) {
    return (
      <>
        <EmptyState icon={IconUsers} title={t('audience.none')} action={add} compact>
          {t('audience.noneText')}
        </EmptyState>
        {dialog}
      </>
    );
  }
  return (
    <>
      <MultiSelect
        label={t('audience.segments')}
        description={t('audience.segmentsText')}
        placeholder={audience.segments.length > 0 ? '' : t('choose')}
        searchable
        maxValues={20}
        readOnly={readOnly}
        error={problem('audience') ?? problem('audience.segments')}
        data={options}
        value={audience.segments}
        onChange={(segments) => put({ segments })}
      />
      {add}
      {dialog}
      <MultiSelect
        label={t('audience.without')}
        description={t('audience.withoutText')}
        placeholder={audience.without.length > 0 ? '' : t('audience.nobody')}
        searchable
        maxValues={20}
        readOnly={readOnly}
        error={problem('audience.without')}
        data={options}
        value={audience.without}
        onChange={(without) => put({ without })}
      />
    </>
  );
}

/** Who gets it, who does not, and how many that are. */
export function AudienceStep(props: StepProps) {
  const { t } = useTranslation('campaigns');
  const { campaign, draft, set, problem } = props;
  const readOnly = props.readOnly || campaign.changed_in_builder;
  const { data: purposes = [] } = useQuery(purposesQuery());
  const { audience } = draft;
  const put = (change: Partial<Audience>) =>
    set({ audience: { ...audience, ...change } }, 'audience');
  const recent = audience.without_recent_days;
  return (
    <Columns beside={<ReachCard campaign={campaign} draft={draft} />} sticky>
      <Card className={classes.fields}>
        <Segments {...props} readOnly={readOnly} />
        <Checkbox
          label={t('audience.narrow')}
          description={t('audience.narrowText')}
          disabled={readOnly}
          checked={audience.conditions !== null}
          onChange={({ currentTarget }) =>
            put({ conditions: currentTarget.checked ? { all: [] } : null })
          }
        />
        {audience.conditions && (
          <fieldset disabled={readOnly} className={classes.plain}>
            <ConditionField
              label={t('audience.conditions')}
              error={problem('audience.conditions')}
              value={audience.conditions as unknown as Condition}
              onChange={(conditions) => put({ conditions: conditions as never })}
            />
          </fieldset>
        )}
      </Card>
      <Card className={classes.fields}>
        <Select
          label={t('audience.purpose')}
          description={
            <>
              {t('audience.purposeText')}{' '}
              <LinkAnchor to="/settings/privacy" size="xs" underline="always">
                {t('audience.purposes')}
              </LinkAnchor>
            </>
          }
          readOnly={readOnly}
          error={problem('purpose')}
          data={purposes
            .filter(({ archived_at }) => archived_at === null)
            .map(({ key, name, granted = 0 }) => ({
              value: key,
              label: t('audience.purposeOption', {
                name,
                count: granted,
                shown: formatNumber(granted),
              }),
            }))}
          value={draft.purpose}
          onChange={(purpose) => purpose && set({ purpose }, 'purpose')}
        />
        <Group gap="sm" align="flex-start">
          <Checkbox
            label={t('audience.recent')}
            description={t('audience.recentText')}
            flex={1}
            miw={240}
            disabled={readOnly}
            checked={recent !== null}
            onChange={({ currentTarget }) =>
              put({ without_recent_days: currentTarget.checked ? RECENT_DAYS : null })
            }
          />
          {recent !== null && (
            <NumberInput
              aria-label={t('audience.recentDays')}
              suffix={` ${t('audience.days')}`}
              w={120}
              min={1}
              max={365}
              clampBehavior="strict"
              allowDecimal={false}
              readOnly={readOnly}
              value={recent}
              onChange={(days) =>
                typeof days === 'number' && days >= 1 && put({ without_recent_days: days })
              }
            />
          )}
        </Group>
        <Checkbox
          label={t('audience.later')}
          description={t('audience.laterText')}
          disabled={readOnly}
          checked={audience.later}
          onChange={({ currentTarget }) => put({ later: currentTarget.checked })}
        />
      </Card>
    </Columns>
  );
}
