import { Button } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { LinkAnchor } from '@/components/link-anchor';
import { IconMail, IconWifiOff } from '../icons';
import { useMay } from '../permissions';
import { useRealtimeState } from '../realtime';
import { useMe } from '../session';
import classes from './banners.module.css';
import { useResendVerification } from './use-resend-verification';

function Offline() {
  const { t } = useTranslation();
  const { online } = useNetwork();
  const stream = useRealtimeState((state) => state.status);
  const unreachable = stream === 'waiting';
  const text = !online ? t('offline.device') : unreachable ? t('offline.server') : undefined;
  return (
    <div role="status" className={text ? classes.offline : undefined}>
      {text && (
        <>
          <IconWifiOff size={16} aria-hidden />
          <span>{text}</span>
        </>
      )}
    </div>
  );
}

function Unverified() {
  const { t } = useTranslation();
  const { user } = useMe();
  const resend = useResendVerification();
  // Mails stay on this machine, where an administrator reads them.
  const mayReadMail = useMay('mail:read');
  if (user.email_verified) return null;
  return (
    <div className={classes.notice} role="status">
      <IconMail size={16} aria-hidden />
      <span>{t('unverified.text', { email: user.email })}</span>
      <Button
        size="compact-xs"
        variant="default"
        loading={resend.isPending}
        disabled={resend.isSuccess}
        onClick={() => resend.mutate()}
      >
        {t(resend.isSuccess ? 'unverified.sent' : 'unverified.resend')}
      </Button>
      {mayReadMail && (
        <LinkAnchor to="/settings/mail" size="xs" c="inherit" td="underline">
          {t('unverified.open')}
        </LinkAnchor>
      )}
    </div>
  );
}

/** Things the person should know on every page. */
export function Banners() {
  return (
    <>
      <Offline />
      <Unverified />
    </>
  );
}
