import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { IconAlertTriangle } from '@/app/icons';
import { Copyable } from './copyable';
import { exampleCommand } from './scopes';

interface ApiKeySecretProps {
  made: Schema<'ApiKeyCreated'>;
  onClose: () => void;
}

/** The secret of a key just made, shown this once. */
export function ApiKeySecret({ made, onClose }: ApiKeySecretProps) {
  const { t } = useTranslation('settings');
  const isPublic = made.kind === 'publishable';
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      closeOnClickOutside={isPublic}
      closeOnEscape={isPublic}
      title={t('keys.made', { name: made.name })}
    >
      <Stack gap="md">
        {isPublic ? (
          <Text size="sm">{t('keys.publicText')}</Text>
        ) : (
          <Alert color="yellow" icon={<IconAlertTriangle size={16} />}>
            {t('keys.onceText')}
          </Alert>
        )}
        {made.kind === 'signed' && <Copyable label={t('keys.keyId')} text={made.id} />}
        <Copyable label={t(`keys.secretOf.${made.kind}`)} text={made.secret} />
        {!isPublic && (
          <Copyable
            label={t('keys.tryIt')}
            text={exampleCommand(window.location.origin, made.kind, made.id, made.secret)}
          />
        )}
        <Group justify="flex-end">
          <Button onClick={onClose}>{t(isPublic ? 'keys.done' : 'keys.kept')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
