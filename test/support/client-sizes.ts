/** How large each file of the SDK may be in bytes, minified and gzipped: it is in every mini-program's first download. */
export const clientSizes = { "weapp-login": 6144, phone: 1536, "open-data": 1152 } as const;
