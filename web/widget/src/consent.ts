import { ID_SECONDS, readCookie, writeCookie } from './store.ts';
import type { Choice, Settings } from './types.ts';

const COOKIE = 'tw_consent';

/** Whether the browser asks not to be tracked: Global Privacy Control, or the older Do Not Track. */
export const privacySignal = (): boolean => {
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & {
    globalPrivacyControl?: boolean;
  };
  return globalPrivacyControl === true || doNotTrack === '1';
};

const MEANINGS: Record<string, boolean | undefined> = { 0: false, 1: true };

/** What the visitor decided on this site, remembered as two signs without any identifier. */
export const readChoice = (): Choice => {
  const [analytics, marketing] = readCookie(COOKIE) ?? '--';
  return { analytics: MEANINGS[analytics ?? ''], marketing: MEANINGS[marketing ?? ''] };
};

const sign = (allowed?: boolean): string => (allowed === undefined ? '-' : `${Number(allowed)}`);

/** Remember a decision. */
export const writeChoice = ({ analytics, marketing }: Choice): void =>
  writeCookie(COOKIE, sign(analytics) + sign(marketing), ID_SECONDS);

/**
 * What is allowed: the visitor's own decision, else what the source's settings say; undefined while neither is known.
 * A privacy signal takes marketing away in any case.
 */
export function allowed(choice: Choice, settings: Settings | undefined): Choice {
  const byDefault = settings && !settings.require_consent;
  const opposed = privacySignal() && settings?.respect_gpc !== false;
  return {
    analytics: choice.analytics ?? byDefault,
    marketing: !opposed && (choice.marketing ?? byDefault),
  };
}
