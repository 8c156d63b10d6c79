// @ts-check
// Users who prefer reduced motion see what has grown instead of growth.

export const stillness = matchMedia('(prefers-reduced-motion: reduce)');
/** They are shown a new organism after this many steps. */
export const GROWN = 160;
