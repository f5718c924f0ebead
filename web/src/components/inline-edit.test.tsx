import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import { Kit } from '@/app/kit';
import { InlineEdit } from './inline-edit';

const edit = (onSave: (value: unknown) => Promise<unknown>) => {
  render(
    <Kit>
      <InlineEdit label="First name" value="Ada" onSave={onSave} />
    </Kit>,
  );
  fireEvent.click(screen.getByRole('button', { name: 'First name: Ada. Edit' }));
  return screen.getByLabelText('First name');
};

const shown = (value: string) =>
  screen.findByRole('button', { name: `First name: ${value}. Edit` });

describe('InlineEdit', () => {
  it('saves on Enter and shows the new value at once', async () => {
    const onSave = vi.fn(() => new Promise(() => undefined));
    const field = edit(onSave);
    fireEvent.change(field, { target: { value: ' Grace ' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    await shown('Grace');
    expect(onSave).toHaveBeenCalledWith('Grace');
  });

  it('does not save what did not change, nor after Escape', async () => {
    const onSave = vi.fn(async () => undefined);
    const field = edit(onSave);
    fireEvent.change(field, { target: { value: 'Grace' } });
    fireEvent.keyDown(field, { key: 'Escape' });
    await shown('Ada');
    fireEvent.click(await shown('Ada'));
    fireEvent.keyDown(screen.getByLabelText('First name'), { key: 'Enter' });
    expect(onSave).not.toHaveBeenCalled();
  });

  it('puts the old value back when saving fails', async () => {
    const field = edit(() => Promise.reject(new ApiError(500, { detail: 'Out of luck' })));
    fireEvent.change(field, { target: { value: 'Grace' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    await shown('Ada');
    expect(await screen.findByText('First name was not saved; the old value is back')).toBeTruthy();
  });

  it('keeps the field open with the reason when the value is refused', async () => {
    const refusal = new ApiError(422, { errors: [{ field: 'first_name', message: 'Too long.' }] });
    const field = edit(() => Promise.reject(refusal));
    fireEvent.change(field, { target: { value: 'Grace' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(screen.getByText('Too long.')).toBeTruthy());
    expect((screen.getByLabelText('First name') as HTMLInputElement).value).toBe('Grace');
  });
});
