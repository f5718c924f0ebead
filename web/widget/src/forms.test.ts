import { afterEach, expect, test } from 'vitest';
import { holdsCard, readForm } from './forms.ts';

const submitted = (html: string) => {
  document.body.innerHTML = html;
  const form = document.querySelector('form');
  if (!form) throw new Error('the test has no form');
  return readForm(form);
};

afterEach(() => {
  document.body.innerHTML = '';
});

test('fields are read by name, people recognised by type, autocomplete or name', () => {
  const read = submitted(`
    <form id="demo">
      <input name="work_email" value=" ada@harbour.example ">
      <input name="a1" autocomplete="section-x given-name" value="Ada"><input name="last-name" value="Lovelace">
      <input type="tel" name="contact" value="+49 151 2345 6789 01"><input name="company_name" value="Harbour">
      <select name="size"><option>1-10</option><option selected>11-50</option></select>
      <input type="checkbox" name="topic" value="price" checked><input type="checkbox" name="topic" value="api" checked>
      <input type="checkbox" name="news" value="yes"><textarea name="message">Hello there</textarea>
      <input name="elements" value="shadows form.elements"><button name="send" value="1">Send</button>
    </form>
    <input form="demo" name="outside" value="belongs to the form">`);
  expect(read).toEqual({
    fields: {
      work_email: 'ada@harbour.example',
      a1: 'Ada',
      'last-name': 'Lovelace',
      contact: '+49 151 2345 6789 01',
      company_name: 'Harbour',
      size: '11-50',
      topic: 'price, api',
      message: 'Hello there',
      elements: 'shadows form.elements',
      outside: 'belongs to the form',
    },
    traits: {
      email: 'ada@harbour.example',
      firstName: 'Ada',
      lastName: 'Lovelace',
      phone: '+49 151 2345 6789 01',
      company: 'Harbour',
    },
    honeypot: false,
  });
});

test.each([
  '<input type="password" name="x" value="v">',
  '<input type="hidden" name="x" value="v">',
  '<input type="text" name="user_password" value="v">',
  '<input name="x" autocomplete="current-password" value="v">',
  '<input name="x" autocomplete="billing cc-number" value="v">',
  '<input name="x" autocomplete="one-time-code" value="123456">',
  '<input name="cardNumber" value="v">',
  '<input name="cvc" value="123">',
  '<input name="csrf_token" value="v">',
  '<input name="x" value="4111 1111 1111 1111">',
  '<textarea name="x">my card is 5500-0000-0000-0004, thanks</textarea>',
  '<input name="x" value="v" data-tw-ignore>',
  '<fieldset data-tw-ignore><input name="x" value="v"></fieldset>',
  '<input name="x" value="v" disabled>',
])('never leaves the page: %s', (field) => {
  expect(submitted(`<form>${field}<input name="ok" value="1"></form>`)?.fields).toEqual({
    ok: '1',
  });
});

test.each(['business_name', 'footprint', 'author', 'shipping'])(
  '%s is an ordinary field',
  (name) => {
    expect(submitted(`<form><input name="${name}" value="v"></form>`)?.fields).toEqual({
      [name]: 'v',
    });
  },
);

test('a form can opt out, and a filled trap is told without its value', () => {
  expect(submitted('<form data-tw-ignore><input name="x" value="v"></form>')).toBeUndefined();
  const read = submitted('<form><input name="website" data-tw-honeypot value="spam"></form>');
  expect(read).toEqual({ fields: {}, traits: {}, honeypot: true });
});

test('a text that is no address is no e-mail', () => {
  expect(submitted('<form><input name="email" value="later"></form>')?.traits).toEqual({});
});

test('card numbers are told from other digits by their check digit', () => {
  expect(holdsCard('378282246310005')).toBe(true);
  expect(holdsCard('4111111111111112')).toBe(false);
  expect(holdsCard('+4111111111111111')).toBe(false);
  expect(holdsCard('order 20261121-17')).toBe(false);
});
