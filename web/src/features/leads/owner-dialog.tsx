import { Modal, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { patchCached } from '@/api/optimistic';
import { invalidatePaths } from '@/api/query-client';
import { leadName } from '@/app/lead-name';
import { useMembers } from '@/app/members';
import { saveRecord } from '@/components/record/use-record-save';
import { toastRolledBack } from '@/components/toasts';
import type { LeadRow } from './queries';

/** Gives one lead to someone; opened by the key "a" on a row. */
export function OwnerDialog({ lead, onClose }: { lead: LeadRow | undefined; onClose: () => void }) {
  const { t } = useTranslation('leads');
  const members = useMembers();
  const name = leadName(lead, t('unnamed'));
  const assign = async (ownerId: string | null) => {
    if (!lead) return;
    onClose();
    const undo = await patchCached('/api/v1/leads', lead.id, { owner_id: ownerId });
    try {
      await saveRecord('/api/v1/leads', { owner_id: ownerId }, lead, {
        label: () => t('field.owner'),
        show: (_, id) => members.nameOf(id as string | null) || t('owner.nobody'),
      });
    } catch (reason) {
      undo();
      toastRolledBack(t('owner.of', { name }), reason);
    }
    await invalidatePaths('/api/v1/leads');
  };
  return (
    <Modal opened={lead !== undefined} onClose={onClose} title={t('owner.title', { name })}>
      <Select
        aria-label={t('owner.title', { name })}
        data={members.options}
        value={lead?.owner_id ?? null}
        placeholder={t('owner.nobody')}
        searchable
        clearable
        data-autofocus
        onChange={(id) => void assign(id)}
      />
    </Modal>
  );
}
