// Compares the built files with the size budget (kB gzip) and fails when one is over.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
// `dictionary`: the words of the password meter, fetched only where a password is chosen.
// `snippet`: what other people's websites load, every byte of it.
// `editor`: the Markdown editor of articles, fetched when somebody writes one.
// `booking`: the pages strangers see, and what other websites load to embed them.
// `chat`: what a website loads before the chat is opened, when it is, and for a language.
// `reference`: the API reference, a page of its own that the app never loads.
const budget = {
  entry: 210,
  css: 45,
  font: 50,
  route: 60,
  charts: 120,
  dictionary: 400,
  editor: 150,
  reference: 480,
  snippet: 4.88, // 5,000 bytes
  booking: 30,
  bookingStyle: 6,
  embed: 2.93, // 3,000 bytes
  chatLoader: 2,
  chat: 28, // with the loader and a language below 30 kB
  chatLanguage: 2,
};
const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length / 1024;
const html = readFileSync(join(dist, 'index.html'), 'utf8');
const first = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
const scripts = first.filter((file) => file.endsWith('.js'));
const styles = first.filter((file) => file.endsWith('.css'));
const sum = (files) => files.reduce((total, file) => total + size(file), 0);

const rows = [
  ['entry + shared JS', sum(scripts), budget.entry],
  ['CSS on first load', sum(styles), budget.css],
  ['tw.js', size('tw.js'), budget.snippet],
  ['book/embed.js', size('book/embed.js'), budget.embed],
  ['chat/widget.js', size('chat/widget.js'), budget.chatLoader],
];
for (const file of readdirSync(join(dist, 'assets'))) {
  const path = `assets/${file}`;
  if (/inter-latin-wght.*woff2$/.test(file)) {
    rows.push([file, readFileSync(join(dist, path)).length / 1024, budget.font]);
  }
  const booking = /^booking-.*\.(js|css)$/.exec(file)?.[1];
  if (booking) {
    rows.push([file, size(path), booking === 'js' ? budget.booking : budget.bookingStyle]);
    continue;
  }
  const chat = /^chat-(?:([a-z]{2})-)?.{8}\.js$/.exec(file);
  if (chat) {
    rows.push([file, size(path), chat[1] ? budget.chatLanguage : budget.chat]);
    continue;
  }
  if (!file.endsWith('.js') || scripts.includes(path)) continue;
  const source = readFileSync(join(dist, path), 'utf8');
  const marks = {
    us_tv_and_film: 'dictionary',
    'swagger-ui': 'reference',
    recharts: 'charts',
    'cm-content': 'editor',
    ProseMirror: 'editor',
  };
  const mark = Object.keys(marks).find((words) => source.includes(words));
  const limit = mark ? budget[marks[mark]] : budget.route;
  if (size(path) > 8) rows.push([file, size(path), limit]);
}
let failed = false;
for (const [name, value, limit] of rows) {
  const over = value > limit;
  failed ||= over;
  console.log(`${over ? 'OVER ' : 'ok   '} ${value.toFixed(1).padStart(6)} / ${limit} kB  ${name}`);
}
process.exit(failed ? 1 : 0);
