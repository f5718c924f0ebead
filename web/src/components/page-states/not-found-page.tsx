import { useTranslation } from 'react-i18next';
import { IconCompass } from '@/app/icons';
import { usePageTitle } from '@/app/page-title';
import { LinkButton } from '../link-anchor';
import { StatePanel } from '.';

/** No page has this address. */
export function NotFoundPage() {
  const { t } = useTranslation('components');
  usePageTitle(t('states.pageNotFoundTitle'));
  return (
    <StatePanel
      icon={IconCompass}
      order={1}
      title={t('states.pageNotFoundTitle')}
      action={<LinkButton to="/">{t('states.home')}</LinkButton>}
    >
      {t('states.pageNotFoundText')}
    </StatePanel>
  );
}
