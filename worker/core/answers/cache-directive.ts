/** What a caller asks of the cache (`x-carryon-cache`). `no-store` neither reads nor writes it. `refresh` only writes it. */
export type CacheDirective = 'normal' | 'no-store' | 'refresh';
