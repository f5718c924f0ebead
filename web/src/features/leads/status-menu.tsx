import { Badge, Menu, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { patchCached } from '@/api/optimistic';
import { invalidatePaths } from '@/api/query-client';
import { useMay } from '@/app/permissions';
import { saveRecord } from '@/components/record/use-record-save';
import { toastRolledBack } from '@/components/toasts';
import { type LeadRow, type LeadStatus, STATUSES } from './queries';

const COLOURS: Record<LeadStatus, string> = {
  new: 'blue',
  contacted: 'cyan',
  qualified: 'violet',
  customer: 'green',
  unqualified: 'gray',
  lost: 'gray',
};

type Shown = Pick<LeadRow, 'id' | 'full_name' | 'status' | 'version'>;

/** Status of a lead; a click changes it at once and puts it back if the server refuses. */
export function StatusMenu({ lead }: { lead: Shown }) {
  const { t } = useTranslation('leads');
  const mayWrite = useMay('leads:write');
  const change = useMutation({
    mutationFn: ({ status, seen }: { status: LeadStatus; seen: Shown }) =>
      saveRecord('/api/v1/leads', { status }, seen, {
        label: () => t('field.status'),
        show: (_, value) => t(`status.${value}`),
      }),
    onMutate: ({ status }) => patchCached('/api/v1/leads', lead.id, { status }),
    onError: (error, _, undo) => {
      undo?.();
      toastRolledBack(t('status.of', { name: lead.full_name }), error);
    },
    onSettled: () => invalidatePaths('/api/v1/leads'),
  });
  const badge = <Badge color={COLOURS[lead.status]}>{t(`status.${lead.status}`)}</Badge>;
  if (!mayWrite) return badge;
  return (
    <Menu width={180} position="bottom-start">
      <Menu.Target>
        <UnstyledButton
          aria-label={t('status.change', {
            name: lead.full_name,
            status: t(`status.${lead.status}`),
          })}
        >
          {badge}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {STATUSES.map((status) => (
          <Menu.Item
            key={status}
            disabled={status === lead.status}
            onClick={() => change.mutate({ status, seen: lead })}
          >
            {t(`status.${status}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
