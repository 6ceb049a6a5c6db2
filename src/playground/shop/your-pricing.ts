import { onLaptop } from './answer.ts';
import { pricingService, usualCents } from './pricing.ts';
import type { Service } from './service.ts';

/** The change that you try out: 10 % off. */
export const yourPricing: Service = pricingService(
  onLaptop('pricing'),
  Math.round(usualCents * 0.9),
);
