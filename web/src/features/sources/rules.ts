import type { PropertyRule } from './queries';

export const VALUE_TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const;

/** A rule as the form holds it: one type or any, which is what people plan. */
export interface RuleText {
  path: string;
  required: boolean;
  type: string;
  allowed: string[];
}

export function toText(rule: PropertyRule): RuleText {
  return {
    path: rule.path,
    required: rule.required ?? false,
    type: rule.types?.join('|') ?? '',
    allowed: rule.allowed ?? [],
  };
}

export function toRule({ path, required, type, allowed }: RuleText): Required<PropertyRule> {
  return {
    path: path.trim(),
    required,
    types: (type ? type.split('|') : []) as Required<PropertyRule>['types'],
    allowed,
  };
}
