/** What a caller asks of the cache (`x-carryon-cache`). `no-store` neither reads nor writes it. `refresh` only writes it. */
export type CacheWish = 'normal' | 'no-store' | 'refresh';
