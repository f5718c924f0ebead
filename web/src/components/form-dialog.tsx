import { Button, Group, Modal, type ModalProps } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiForm } from './api-form';

interface FormFootProps {
  /** What the form does: "Save", "Add lead". */
  submit: string;
  submitting: boolean;
  onCancel: () => void;
  danger?: boolean;
  disabled?: boolean;
}

/** Cancel, and the one filled button. */
export function FormFoot({ submit, submitting, onCancel, danger, disabled }: FormFootProps) {
  const { t } = useTranslation('app');
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        {t('cancel')}
      </Button>
      <Button
        type="submit"
        loading={submitting}
        disabled={disabled}
        {...(danger ? { color: 'red' } : {})}
      >
        {submit}
      </Button>
    </Group>
  );
}

interface FormDialogProps<Values extends object>
  extends Pick<FormFootProps, 'submit' | 'danger' | 'disabled'> {
  title: ReactNode;
  size?: ModalProps['size'];
  form: UseFormReturnType<Values>;
  /** Sends the values and closes; what it throws is shown at the fields or above the form. */
  onSubmit: (values: Values) => Promise<unknown>;
  onClose: () => void;
  messageFor?: (code: string, status: number) => string | undefined;
  children: ReactNode;
}

/** A dialog with a form (see `ApiForm`), Cancel and one button that sends it. */
export function FormDialog<Values extends object>({
  title,
  size,
  form,
  onSubmit,
  onClose,
  messageFor,
  children,
  ...foot
}: FormDialogProps<Values>) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      // A stray click must not throw away what was typed.
      closeOnClickOutside={!form.isDirty()}
      {...(size ? { size } : {})}
    >
      <ApiForm form={form} onSubmit={onSubmit} {...(messageFor ? { messageFor } : {})}>
        {({ submitting }) => (
          <>
            {children}
            <FormFoot {...foot} submitting={submitting} onCancel={onClose} />
          </>
        )}
      </ApiForm>
    </Modal>
  );
}
