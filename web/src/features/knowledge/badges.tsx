import { Badge, Select, type SelectProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  IconFile,
  IconFileText,
  IconLock,
  IconMessageQuestion,
  IconUsers,
  IconWorld,
} from '@/app/icons';
import type { DocumentRow, Source } from './queries';
import { SCOPES } from './search';

export const KIND_ICONS = {
  site: IconWorld,
  file: IconFile,
  qa: IconMessageQuestion,
  article: IconFileText,
};
const SCOPE_ICONS = { public: IconWorld, clients: IconUsers, internal: IconLock };
const COLOURS = { pending: 'blue', indexed: 'green', failed: 'red', excluded: 'gray' } as const;

/** Who may see it. */
export function ScopeBadge({ scope }: { scope: Source['scope'] }) {
  const { t } = useTranslation('knowledge');
  const ScopeIcon = SCOPE_ICONS[scope];
  return (
    <Badge
      color="gray"
      miw="max-content"
      leftSection={<ScopeIcon size={12} aria-hidden />}
      title={t(`scope.${scope}Text`)}
    >
      {t(`scope.${scope}`)}
    </Badge>
  );
}

type Standing = Pick<DocumentRow, 'status' | 'expired' | 'current_version'>;

/** The word for how a document stands. */
export function standing({ status, expired, current_version }: Standing) {
  if (expired && status === 'indexed') return 'expired' as const;
  return status === 'pending' && current_version === 0 ? ('new' as const) : status;
}

export function DocumentBadge({ document }: { document: Standing & { has_draft?: boolean } }) {
  const { t } = useTranslation('knowledge');
  const word = standing(document);
  const draft = word === 'new' && document.has_draft;
  const colour = word === 'expired' ? 'yellow' : word === 'new' ? 'blue' : COLOURS[word];
  return (
    <Badge color={draft ? 'gray' : colour} miw="max-content">
      {t(draft ? 'status.draft' : `status.${word}`)}
    </Badge>
  );
}

/** Chooses a scope; `own` offers to follow the source too. */
export function ScopeSelect({
  widest = 'public',
  inherit,
  ...props
}: Omit<SelectProps, 'data'> & { widest?: Source['scope']; inherit?: string }) {
  const { t } = useTranslation('knowledge');
  const choices = SCOPES.slice(SCOPES.indexOf(widest)).map((value) => ({
    value,
    label: `${t(`scope.${value}`)} – ${t(`scope.${value}Text`)}`,
  }));
  return (
    <Select
      label={t('scope.label')}
      allowDeselect={false}
      data={inherit ? [{ value: '', label: inherit }, ...choices] : choices}
      {...props}
    />
  );
}
