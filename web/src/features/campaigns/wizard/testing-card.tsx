import { Card, NumberInput, Radio, Select, SimpleGrid, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { compares, type Testing } from '../draft';
import type { StepProps } from './step-props';
import classes from './wizard.module.css';

const MODES = ['adaptive', 'first', 'fixed', 'one'] as const;
const MEASURES = ['goal', 'click', 'reply'] as const;

interface PercentProps {
  label: string;
  description: string;
  value: number;
  min: number;
  max: number;
  onChange: (share: number) => void;
  readOnly: boolean;
}

function Percent({ value, min, max, onChange, ...field }: PercentProps) {
  return (
    <NumberInput
      suffix=" %"
      min={min}
      max={max}
      clampBehavior="strict"
      allowDecimal={false}
      value={Math.round(value * 100)}
      onChange={(share) => typeof share === 'number' && share >= min && onChange(share / 100)}
      {...field}
    />
  );
}

/** How variants are compared, and who gets nothing to compare with. */
export function TestingCard({ draft, set, problem, readOnly }: StepProps) {
  const { t } = useTranslation('campaigns');
  const { testing, messages } = draft;
  const put = (change: Partial<Testing>) => set({ testing: { ...testing, ...change } }, 'testing');
  const several = compares(messages);
  return (
    <Card className={classes.fields}>
      <Title order={3} size="h3">
        {t('testing.title')}
      </Title>
      {several && (
        <Radio.Group
          label={t('testing.mode')}
          readOnly={readOnly}
          error={problem('testing.mode')}
          value={testing.mode}
          onChange={(mode) => put({ mode: mode as Testing['mode'] })}
        >
          <div className={classes.goals}>
            {MODES.map((mode) => (
              <Radio.Card
                key={mode}
                value={mode}
                className={classes.choice}
                aria-label={t(`testing.${mode}`)}
              >
                <Radio.Indicator mt={2} />
                <div>
                  <div className={classes.choiceName}>{t(`testing.${mode}`)}</div>
                  <div className={classes.choiceText}>{t(`testing.${mode}Text`)}</div>
                </div>
              </Radio.Card>
            ))}
          </div>
        </Radio.Group>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {several && testing.mode !== 'one' && (
          <Select
            label={t('testing.measure')}
            description={t('testing.measureText')}
            readOnly={readOnly}
            error={problem('testing.measure')}
            data={MEASURES.map((value) => ({ value, label: t(`measure.${value}`) }))}
            value={testing.measure}
            onChange={(measure) => put({ measure: measure as Testing['measure'] })}
          />
        )}
        {several && testing.mode === 'first' && (
          <>
            <Percent
              label={t('testing.share')}
              description={t('testing.shareText')}
              min={5}
              max={90}
              readOnly={readOnly}
              value={testing.first_share}
              onChange={(first_share) => put({ first_share })}
            />
            <NumberInput
              label={t('testing.hours')}
              description={t('testing.hoursText')}
              min={1}
              max={336}
              clampBehavior="strict"
              allowDecimal={false}
              readOnly={readOnly}
              value={testing.first_hours}
              onChange={(hours) =>
                typeof hours === 'number' && hours >= 1 && put({ first_hours: hours })
              }
            />
          </>
        )}
        {several && (testing.mode === 'adaptive' || testing.mode === 'first') && (
          <Percent
            label={t('testing.floor')}
            description={t('testing.floorText')}
            min={1}
            max={50}
            readOnly={readOnly}
            value={testing.floor}
            onChange={(floor) => put({ floor })}
          />
        )}
        <Percent
          label={t('testing.holdout')}
          description={t('testing.holdoutText')}
          min={0}
          max={50}
          readOnly={readOnly}
          value={testing.holdout}
          onChange={(holdout) => put({ holdout })}
        />
      </SimpleGrid>
    </Card>
  );
}
