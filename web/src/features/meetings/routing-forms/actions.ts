import { request } from '@/api/client';
import { patchCached } from '@/api/optimistic';
import { invalidatePaths } from '@/api/query-client';
import { toastRolledBack } from '@/components/toasts';
import { ROUTING_FORMS, type RoutingForm } from '../queries';

/** Switch a form on or off, shown at once and taken back if it fails. */
export async function turn(form: RoutingForm, active: boolean): Promise<void> {
  const undo = await patchCached(ROUTING_FORMS, form.id, { active });
  try {
    await request('patch', `${ROUTING_FORMS}/${form.id}`, {
      body: { active },
      version: form.version,
    });
  } catch (reason) {
    undo();
    toastRolledBack(form.title, reason);
  }
  await invalidatePaths(ROUTING_FORMS);
}
