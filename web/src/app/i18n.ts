import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import componentsEn from '../components/locales/en.json';
import appEn from './locales/en.json';

type Texts = Record<string, unknown>;

const files = import.meta.glob<{ default: Texts }>('../features/**/locales/*.json');

/** Loads the texts of a feature ("leads") or a part of one ("leads/detail") when a page first asks for them. */
const backend = {
  type: 'backend' as const,
  init: () => undefined,
  read(language: string, namespace: string, done: (error: unknown, texts: Texts | null) => void) {
    const load =
      files[`../features/${namespace}/locales/${language}.json`] ??
      files[`../features/${namespace}/locales/en.json`];
    if (!load) {
      done(new Error(`no texts for ${namespace}`), null);
      return;
    }
    load().then(
      (module) => done(null, module.default),
      (reason: unknown) => done(reason, null),
    );
  },
};

export const i18n = i18next.createInstance();

void i18n
  .use(backend)
  .use(initReactI18next)
  .init({
    lng: 'en',
    fallbackLng: 'en',
    ns: ['app', 'components'],
    defaultNS: 'app',
    partialBundledLanguages: true,
    resources: { en: { app: appEn, components: componentsEn } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });

/** For route loaders: fetches the texts of a feature together with its code. */
export function loadTexts(...namespaces: string[]): Promise<void> {
  return i18n.loadNamespaces(namespaces);
}
