import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import { Kit } from '@/app/kit';
import { ApiForm } from './api-form';

type Values = { name: string; email: string };

function Harness({ onSubmit }: { onSubmit: (values: Values) => Promise<unknown> }) {
  const form = useForm<Values>({
    initialValues: { name: 'Ada', email: '' },
    validate: { name: (value) => (value ? null : 'Needed') },
  });
  return (
    <Kit>
      <ApiForm form={form} onSubmit={onSubmit}>
        {({ submitting }) => (
          <>
            <TextInput label="Name" {...form.getInputProps('name')} />
            <TextInput label="E-mail" {...form.getInputProps('email')} />
            <button type="submit" disabled={submitting}>
              Send
            </button>
          </>
        )}
      </ApiForm>
    </Kit>
  );
}

const send = () => fireEvent.click(screen.getByText('Send'));

describe('ApiForm', () => {
  it('checks before it asks the server, and goes to the first invalid field', async () => {
    const onSubmit = vi.fn(async () => undefined);
    render(<Harness onSubmit={onSubmit} />);
    fireEvent.change(screen.getByLabelText('Name'), { target: { value: '' } });
    send();
    expect(screen.getByText('Needed')).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Name')));
    expect(onSubmit).not.toHaveBeenCalled();
  });

  it('shows refused fields at the fields and the rest above', async () => {
    const problem = {
      detail: 'Some values are not valid',
      errors: [
        { field: 'email', message: 'Already used.' },
        { field: 'captcha', message: 'Try later.' },
      ],
    };
    render(<Harness onSubmit={() => Promise.reject(new ApiError(422, problem))} />);
    send();
    expect(await screen.findByText('Already used.')).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toContain('Try later.');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('E-mail')));
  });

  it('says what failed when no field is to blame', async () => {
    render(<Harness onSubmit={() => Promise.reject(new ApiError(0, { title: 'x' }))} />);
    send();
    expect((await screen.findByRole('alert')).textContent).toContain('cannot be reached');
  });

  it('sends once, also with Ctrl+Enter', async () => {
    const onSubmit = vi.fn(() => new Promise(() => undefined));
    render(<Harness onSubmit={onSubmit} />);
    fireEvent.keyDown(screen.getByLabelText('Name'), { key: 'Enter', ctrlKey: true });
    send();
    await waitFor(() => expect(onSubmit).toHaveBeenCalledOnce());
  });
});
