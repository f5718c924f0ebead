import { Badge, Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './mail-templates.module.css';
import type { LinkChecked } from './queries';

/** What was found behind the links of a mail. */
export function LinksDialog({ found, onClose }: { found: LinkChecked[]; onClose: () => void }) {
  const { t } = useTranslation('mail-templates');
  return (
    <Modal opened onClose={onClose} title={t('links.title')} size="lg">
      {found.length === 0 && <Text size="sm">{t('links.none')}</Text>}
      <ul className={classes.list}>
        {found.map(({ address, problem, dead, status }) => (
          <li key={address} className={classes.row}>
            <div className={classes.main}>
              <Text size="sm" className="tw-truncate" title={address}>
                {address}
              </Text>
              {problem && (
                <Text size="xs" c="dimmed">
                  {problem}
                </Text>
              )}
            </div>
            {!problem && <Badge color="green">{t('links.fine')}</Badge>}
            {dead && <Badge color="red">{status}</Badge>}
          </li>
        ))}
      </ul>
    </Modal>
  );
}
