import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { ApiForm } from '@/components/api-form';

interface ReasonDialogProps {
  title: string;
  text: string;
  label: string;
  confirm: string;
  cancel: string;
  required: boolean;
  onSend: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks why something is put aside. */
export function ReasonDialog(props: ReasonDialogProps) {
  const form = useForm({ initialValues: { reason: '' } });
  return (
    <Modal opened onClose={props.onClose} title={props.title}>
      <ApiForm
        form={form}
        onSubmit={async ({ reason }) => {
          await props.onSend(reason);
          props.onClose();
        }}
      >
        {({ submitting }) => (
          <Stack gap="md">
            <Text size="sm">{props.text}</Text>
            <Textarea
              label={props.label}
              autosize
              minRows={2}
              maxLength={500}
              required={props.required}
              data-autofocus
              {...form.getInputProps('reason')}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={props.onClose}>
                {props.cancel}
              </Button>
              <Button type="submit" loading={submitting}>
                {props.confirm}
              </Button>
            </Group>
          </Stack>
        )}
      </ApiForm>
    </Modal>
  );
}
