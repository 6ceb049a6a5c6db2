/** What `--http-header` stands for when nothing follows it: the personal key. */
export const automatic = 'auto';
/** No filter at all; the manager decides whether that may be. */
export const everything = 'all';
