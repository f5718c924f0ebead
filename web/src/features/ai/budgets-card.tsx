import { ActionIcon, Badge, Group, Progress, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '@/app/format';
import { IconPencil, IconTrash } from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './ai.module.css';
import { BudgetDialog } from './budget-dialog';
import { type Budget, budgetsQuery, changeAi } from './queries';
import { formatCost } from './words';

function BudgetRow({
  budget,
  mayWrite,
  onEdit,
}: {
  budget: Budget;
  mayWrite: boolean;
  onEdit: () => void;
}) {
  const { t } = useTranslation('ai');
  const { name } = budget;
  const share = budget.spent_microusd / budget.limit_microusd;
  const colour = share >= 1 ? 'red' : share >= 0.8 ? 'yellow' : 'blue';
  const remove = async () => {
    const sure = await askConfirm({
      title: t('budgets.remove', { name }),
      message: t('budgets.removeText', { name }),
      confirm: t('remove.confirm'),
    });
    if (!sure) return;
    try {
      await changeAi('delete', `/budgets/${budget.id}`, { version: budget.version });
      toastSuccess(t('budgets.removed', { name }));
    } catch (reason) {
      toastError(t('budgets.notRemoved', { name }), reason);
    }
  };
  return (
    <li className={classes.row}>
      <div className={classes.grow}>
        <Group gap="xs">
          <Text size="sm" fw={500} className={classes.breakable}>
            {name}
          </Text>
          {budget.feature && <Badge color="gray">{budget.feature}</Badge>}
          <Badge color="gray">{t(budget.stops ? 'budgets.isStopping' : 'budgets.isTelling')}</Badge>
          {budget.level > 0 && (
            <Badge color={budget.level === 100 ? 'red' : 'yellow'}>
              {t(`budgets.level${budget.level as 80 | 100}`)}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed" className="tw-number">
          {t('budgets.spent', {
            spent: formatCost(budget.spent_microusd),
            limit: formatCost(budget.limit_microusd),
            period: t(`budgets.per.${budget.period}`),
          })}
        </Text>
        <Progress
          mt={6}
          value={Math.min(share, 1) * 100}
          color={colour}
          aria-label={t('budgets.progress', { name, percent: formatPercent(share) })}
        />
      </div>
      {mayWrite && (
        <Group gap={0} wrap="nowrap">
          <ActionIcon aria-label={t('budgets.edit', { name })} onClick={onEdit}>
            <IconPencil size={16} />
          </ActionIcon>
          <ActionIcon aria-label={t('budgets.remove', { name })} onClick={() => void remove()}>
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      )}
    </li>
  );
}

interface BudgetsCardProps {
  mayWrite: boolean;
  /** Id of the budget in the dialog, or "new". */
  edited: string | undefined;
  onEdit: (id: string | undefined) => void;
}

/** What may be spent, and how much of it is. */
export function BudgetsCard({ mayWrite, edited, onEdit }: BudgetsCardProps) {
  const { t } = useTranslation('ai');
  const { data, error, refetch } = useQuery(budgetsQuery());
  const budget = data?.find(({ id }) => id === edited);
  return (
    <SettingsCard title={t('budgets.title')} description={t('budgets.text')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines />}
      {data?.length === 0 && (
        <EmptyState title={t('budgets.empty')} compact>
          {t('budgets.emptyText')}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <ul className={classes.list}>
          {data.map((one) => (
            <BudgetRow
              key={one.id}
              budget={one}
              mayWrite={mayWrite}
              onEdit={() => onEdit(one.id)}
            />
          ))}
        </ul>
      )}
      {mayWrite && (edited === 'new' || budget) && (
        <BudgetDialog key={edited} budget={budget} onClose={() => onEdit(undefined)} />
      )}
    </SettingsCard>
  );
}
