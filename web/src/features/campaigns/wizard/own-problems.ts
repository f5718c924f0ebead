import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/app/permissions';
import type { Draft } from '../draft';
import { mailSettingsQuery, sendersQuery } from './queries';

export interface OwnProblem {
  code: 'no_postal_address' | 'no_sender';
  message: string;
  severity: 'error' | 'warning';
}

/** The adapter that keeps mails on this machine. */
const SINK = 'local';

/** What the organisation still lacks to send mails; nothing where none is sent. */
export function useOwnProblems(draft: Draft): OwnProblem[] {
  const { t } = useTranslation('campaigns');
  const mails = draft.messages.some(({ channel }) => channel === 'email');
  const enabled = useMay('email:read') && mails;
  const { data: settings } = useQuery({ ...mailSettingsQuery(), enabled });
  const { data: senders } = useQuery({ ...sendersQuery(), enabled });
  const found: OwnProblem[] = [];
  if (settings && !settings.postal_address?.trim()) {
    found.push({ code: 'no_postal_address', message: t('review.noAddress'), severity: 'error' });
  }
  if (senders && !senders.some(({ adapter, state }) => adapter !== SINK && state === 'active')) {
    found.push({ code: 'no_sender', message: t('review.noSender'), severity: 'warning' });
  }
  return found;
}
