import { ActionIcon, Button, Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { address } from '@/api/client';
import { IconDots, IconDownload, IconFileImport, IconGitMerge, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { LinkButton } from '@/components/link-anchor';
import { type LeadsSearch, meant } from './search';

const FORMATS = ['csv', 'xlsx', 'json'] as const;

interface ExportItemsProps {
  search: LeadsSearch;
  /** Only these leads, whatever the list shows. */
  ids?: readonly string[];
  named?: boolean;
}

/** Menu items that download what is meant, one a format. */
export function ExportItems({ search, ids, named = false }: ExportItemsProps) {
  const { t } = useTranslation('leads');
  const { q, filter, segment_id } = meant(search);
  const which = ids ? { ids } : { q, filter, segment_id };
  return FORMATS.map((format) => (
    <Menu.Item
      key={format}
      component="a"
      download
      href={address('/api/v1/leads/export', { format, ...which })}
    >
      {named ? `${t('export')} ${format.toUpperCase()}` : format.toUpperCase()}
    </Menu.Item>
  ));
}

interface HeaderActionsProps {
  search: LeadsSearch;
  onCreate: () => void;
  onDuplicates: () => void;
}

/** Duplicates, export, import and new lead; on narrow screens all but the last go into a menu. */
export function HeaderActions({ search, onCreate, onDuplicates }: HeaderActionsProps) {
  const { t } = useTranslation('leads');
  const navigate = useNavigate();
  const mayWrite = useMay('leads:write');
  const mayImport = useMay('leads:import');
  const mayExport = useMay('leads:export');
  const mayCompare = useMay('leads:personal');
  return (
    <>
      {mayCompare && (
        <Button
          variant="default"
          leftSection={<IconGitMerge size={16} />}
          visibleFrom="sm"
          onClick={onDuplicates}
        >
          {t('duplicates.title')}
        </Button>
      )}
      {mayExport && (
        <Menu width={160}>
          <Menu.Target>
            <Button variant="default" leftSection={<IconDownload size={16} />} visibleFrom="sm">
              {t('export')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <ExportItems search={search} />
          </Menu.Dropdown>
        </Menu>
      )}
      {mayImport && (
        <LinkButton
          to="/imports"
          variant="default"
          leftSection={<IconFileImport size={16} />}
          visibleFrom="sm"
        >
          {t('import')}
        </LinkButton>
      )}
      {(mayCompare || mayImport || mayExport) && (
        <Menu>
          <Menu.Target>
            <ActionIcon size={36} variant="default" aria-label={t('more')} hiddenFrom="sm">
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {mayCompare && <Menu.Item onClick={onDuplicates}>{t('duplicates.title')}</Menu.Item>}
            {mayImport && (
              <Menu.Item onClick={() => void navigate({ to: '/imports' })}>{t('import')}</Menu.Item>
            )}
            {mayExport && <ExportItems search={search} named />}
          </Menu.Dropdown>
        </Menu>
      )}
      {mayWrite && (
        <Button leftSection={<IconPlus size={16} />} onClick={onCreate}>
          {t('create.title')}
        </Button>
      )}
    </>
  );
}
