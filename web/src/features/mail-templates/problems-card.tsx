import { Alert, Anchor, List } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconAlertTriangle, IconInfoCircle } from '@/app/icons';
import type { Problem } from './queries';

const MOST = 6;

interface ProblemsCardProps {
  problems: readonly Problem[];
  onShow: (problem: Problem) => void;
}

/** What keeps the stored draft from being published, and what might be better. */
export function ProblemsCard({ problems, onShow }: ProblemsCardProps) {
  const { t } = useTranslation('mail-templates');
  const groups = [
    { key: 'errors', colour: 'red', Icon: IconAlertTriangle, severity: 'error' },
    { key: 'warnings', colour: 'blue', Icon: IconInfoCircle, severity: 'warning' },
  ] as const;
  return groups.map(({ key, colour, Icon, severity }) => {
    const found = problems.filter((one) => one.severity === severity);
    if (found.length === 0) return null;
    return (
      <Alert
        key={key}
        color={colour}
        icon={<Icon size={18} />}
        title={t(`problems.${key}`, { count: found.length })}
      >
        <List size="sm">
          {found.slice(0, MOST).map((one) => (
            <List.Item key={`${one.language}${one.block}${one.rule}${one.text}`}>
              {one.text} ({one.language})
              {one.block && (
                <>
                  {' '}
                  <Anchor component="button" type="button" size="sm" onClick={() => onShow(one)}>
                    {t('problems.go')}
                  </Anchor>
                </>
              )}
            </List.Item>
          ))}
        </List>
        {found.length > MOST && t('problems.more', { count: found.length - MOST })}
      </Alert>
    );
  });
}
