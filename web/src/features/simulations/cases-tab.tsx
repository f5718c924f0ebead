import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconFlask, IconPlus } from '@/app/icons';
import { ItemMenu } from '@/components/item-actions';
import { EmptyState } from '@/components/page-states';
import { type Case, SUITES, type Suite } from './queries';
import classes from './simulations.module.css';

interface CasesTabProps {
  suite: Suite;
  mayWrite: boolean;
  onOpen: (id: string) => void;
}

function CaseItem({ suite, found, mayWrite, onOpen }: CasesTabProps & { found: Case }) {
  const { t } = useTranslation('simulations');
  const { name, visitor } = found;
  return (
    <li className={classes.result}>
      <Group justify="space-between" gap="sm" wrap="nowrap">
        <div>
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            {visitor.by === 'model' && <Badge color="grape">{t('case.byModel')}</Badge>}
            {!found.critical && <Badge color="gray">{t('case.notCritical')}</Badge>}
          </Group>
          <Text size="sm" c="dimmed" lineClamp={2}>
            {[visitor.goal, `“${visitor.lines.join('” “')}”`].filter(Boolean).join(' · ')}
          </Text>
          <Text size="xs" c="dimmed" mt={2}>
            {found.checks
              .map(({ kind, field, value }) =>
                [t(`check.${kind}`), field, value].filter(Boolean).join(' '),
              )
              .join(' · ')}
          </Text>
        </div>
        {mayWrite && (
          <Group gap={6} wrap="nowrap">
            <Button
              variant="default"
              onClick={() => onOpen(found.id)}
              aria-label={t('case.open', { name })}
            >
              {t('case.edit')}
            </Button>
            <ItemMenu
              list={`${SUITES}/${suite.id}/cases`}
              item={found}
              title={name}
              remove={{ title: t('case.deleteTitle'), text: t('case.deleteText', { name }) }}
            />
          </Group>
        )}
      </Group>
    </li>
  );
}

/** The visitors of a suite. */
export function CasesTab(props: CasesTabProps) {
  const { t } = useTranslation('simulations');
  const { suite, mayWrite, onOpen } = props;
  const add = mayWrite && (
    <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => onOpen('new')}>
      {t('case.add')}
    </Button>
  );
  if (suite.items.length === 0) {
    return (
      <EmptyState icon={IconFlask} title={t('case.none')} action={add}>
        {t('case.noneText')}
      </EmptyState>
    );
  }
  return (
    <Stack gap="sm">
      <Group>{add}</Group>
      <ul className={classes.list}>
        {suite.items.map((found) => (
          <CaseItem key={found.id} {...props} found={found} />
        ))}
      </ul>
    </Stack>
  );
}
