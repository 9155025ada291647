/** What a caller wants of the cache (`x-carryon-cache`). `no-store`: neither read nor write it. `refresh`: only write it. */
export type CacheWish = 'normal' | 'no-store' | 'refresh';
